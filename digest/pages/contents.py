"""What pages and feeds are planned from, and what several of them need of it, worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from digest.editor.curation import NOTHING, Edition
from digest.language import ENGLISH, Language
from digest.model import Site
from digest.pages import days, works
from digest.pages.days import DayNews, Update
from digest.pages.trends import Trends, trends
from digest.pages.works import AuthorWorks
from digest.papers.paper import Paper
from digest.papers.rank.scores import NO_SCORES, Scores


class Contents(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The site's settings, papers and texts. It knows no clock, and nothing of the sources."""

    site: Site
    papers: Sequence[Paper]  # that may be shown, as `days.in_order` has them
    edition: Edition = NOTHING  # what the editor wrote, picked, related and hid
    language: Language = ENGLISH  # of names that pages and feeds show
    scores: Scores = NO_SCORES  # of papers, by id and alias; none where papers are not ranked

    @cached_property
    def members(self) -> Mapping[str, Sequence[Paper]]:
        """The papers of each theme by its id, oldest first; those of none under ""."""
        ids = (*(theme.id for theme in self.site.themes), "")
        members: dict[str, list[Paper]] = {theme: [] for theme in ids}
        for paper in self.papers:
            for theme in paper.themes or ("",):
                members[theme].append(paper)
        return members

    @cached_property
    def updates(self) -> tuple[Update, ...]:
        """Every later version of every paper, newest first."""
        return days.updates(self.papers)

    @cached_property
    def days(self) -> tuple[DayNews, ...]:
        """Every day that has news, oldest first."""
        return days.news(self.site, self.papers, self.updates)

    @cached_property
    def ranked_days(self) -> tuple[DayNews, ...]:
        """The same, each theme's papers best first."""
        rank = self.site.rank
        if rank is None or not self.scores:
            return self.days
        return tuple(days.ranked(day, self.scores, rank.first) for day in self.days)

    @cached_property
    def trends(self) -> Trends:
        return trends(self.site.themes, self.papers, self.language)

    @cached_property
    def works(self) -> tuple[AuthorWorks, ...]:
        """The authors who have a page, by name."""
        return works.works(self.site, self.papers)

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Where each author's page is, by every name of theirs."""
        return works.homes(self.works)
