"""Words of English that say nothing about a paper."""

_COMMON = """\
about above across after against all also among and any are based been being between beyond both
but can could each existing find first for from further has have how however into its make many may
more most much new not of on only other our over paper present propose proposed recent results
several show some study such than that the their them then there these they this those three
through thus toward towards two under use used using various very via was well were what when where
whether which while who will with within without work would you your
"""
COMMON = frozenset(_COMMON.split())
