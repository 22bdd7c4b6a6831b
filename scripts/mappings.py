"""What the API is handed to read mappings and files by: the importers' own reading."""

from __future__ import annotations

from pathlib import Path

from api.imports.mappings import Proposal, ProposedColumn, UnreadableMapping
from importers.faults import UnusableFile
from importers.guessing.guess import guess
from importers.guessing.text import certainty, mapping_text, shown_samples
from importers.mapping.mapping import FIELDS, columns_of, parsed_mapping
from importers.profiles import profile_claiming


class FileMappings:
    """Mappings as the importers read them."""

    def columns(self, text: str) -> tuple[str, ...]:
        """The columns that a mapping speaks of."""
        try:
            return columns_of(parsed_mapping(text, "given"))
        except UnusableFile as error:
            raise UnreadableMapping(str(error)) from None

    def propose(self, path: Path, source: str) -> Proposal:
        """A mapping proposed for a file."""
        try:
            found = guess(path, source)
        except UnusableFile as error:
            raise UnreadableMapping(str(error)) from None
        taken = [
            ProposedColumn(
                one.column.name, one.field, certainty(one.surely), one.why, shown_samples(one.column, one.field)
            )
            for one in found.guessed
        ]
        left = [ProposedColumn(one.column.name, "", "", one.why, shown_samples(one.column)) for one in found.left_out]
        profile = profile_claiming((found.header,))
        return Proposal(mapping_text(found), [*taken, *left], found.header, profile, FIELDS)
