"""Which duty was broken: rule packs, licences, gates, the verdict."""
