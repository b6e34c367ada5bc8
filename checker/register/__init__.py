"""What is protected: corpus files and the publisher's own pages become registered articles.

`corpus` reads files, `record` makes an article of one record, `page` of one page of the publisher; `ownership` decides
whose text it is, `notice` finds the copyright notice pasted along with it. It sits above the stations, beside the road
of `scan`: it folds with `match` and reads html with `read`.
"""
