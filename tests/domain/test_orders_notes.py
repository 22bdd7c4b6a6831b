from __future__ import annotations

from typing import Any

import pytest

from domain.events import Erased
from domain.orders.notes import (
    MAX_NOTES,
    MAX_TAGS,
    AddNote,
    MessageSent,
    NoteAdded,
    NoteNotFound,
    NoteRemoved,
    NoteRevised,
    OrderTagged,
    OrderUntagged,
    RecordMessage,
    RemoveNote,
    ReviseNote,
    SetTags,
    TooManyNotes,
    TooManyTags,
)
from domain.orders.order import Order
from domain.texts import NOTE, ForbiddenCharacter, TextMissing, TextTooLong
from tests.domain.orders import ask, create, placed, to
from tests.examples.facts import LATER
from tests.given import NOW, given

NOTED = ask(AddNote, text="Ring twice")


def tags(*wanted: str) -> SetTags:
    return ask(SetTags, tags=wanted)


def revise(text: str, note: str = "1") -> ReviseNote:
    return ask(ReviseNote, note=note, text=text)


def message(**facts: str) -> RecordMessage:
    said = {"message": "M-1", "template": "shipped", "recipient": "nora@example.com"}
    return ask(RecordMessage, **{**said, **facts})


class TestNotes:
    def test_a_note_says_who_wrote_it_and_when(self) -> None:
        order = given(Order, create()).when(NOTED).then((NoteAdded, {"note": "1", "text": "Ring twice"}))
        note = order.notes["1"]
        assert (note.author, note.at, note.revised_at) == ("operator:desk", NOW, None)

    def test_a_note_of_the_past_keeps_its_own_day(self) -> None:
        assert given(Order, create()).when(ask(AddNote, text="x", written_at=LATER)).aggregate.notes["1"].at == LATER

    def test_a_note_can_be_left_in_any_state(self) -> None:
        given(Order, placed(), to("cancelled")).when(NOTED).then(NoteAdded)

    def test_the_same_words_twice_are_two_notes(self) -> None:
        again = ask(AddNote, called="again", text=NOTED.text)
        given(Order, create(), NOTED).when(again).then((NoteAdded, {"note": "2"}))

    def test_the_same_command_leaves_one_note(self) -> None:
        given(Order, create(), NOTED).when(NOTED).then_nothing()

    def test_a_note_may_have_several_lines(self) -> None:
        given(Order, create()).when(ask(AddNote, text="One\r\nTwo\n\tThree")).then(NoteAdded)

    @pytest.mark.parametrize(
        ("text", "error"),
        [("", TextMissing), ("\n ", TextMissing), ("x" * (NOTE + 1), TextTooLong), ("\x1b", ForbiddenCharacter)],
    )
    def test_a_note_has_its_bounds(self, text: str, error: Any) -> None:
        assert given(Order, create()).when(ask(AddNote, text=text)).then_refused(error).pointer == "/text"
        assert given(Order, create(), NOTED).when(revise(text)).then_refused(error).pointer == "/text"

    def test_an_order_holds_so_many_notes_and_no_more(self) -> None:
        full = create(notes=("x",) * MAX_NOTES)
        given(Order, full).when(NOTED).then_refused(TooManyNotes, limit=MAX_NOTES)
        given(Order, full, ask(RemoveNote, note="1")).when(NOTED).then((NoteAdded, {"note": str(MAX_NOTES + 1)}))

    def test_a_note_is_put_right_and_says_so(self) -> None:
        order = given(Order, create(), NOTED).when(revise("Ring once")).then((NoteRevised, {"text": "Ring once"}))
        assert (order.notes["1"].text, order.notes["1"].revised_at) == ("Ring once", NOW)

    def test_the_same_words_again_record_nothing(self) -> None:
        given(Order, create(), NOTED).when(revise("Ring twice")).then_nothing()

    def test_a_note_of_a_forgotten_person_can_be_written_anew(self) -> None:
        given(Order, create(), (NoteAdded, {"note": "1", "text": Erased()})).when(revise("x")).then(NoteRevised)

    def test_a_note_is_taken_off(self) -> None:
        remove = ask(RemoveNote, note="1")
        assert not given(Order, create(), NOTED).when(remove).then((NoteRemoved, {"note": "1"})).notes
        given(Order, create(), NOTED, remove).when(remove).then_refused(NoteNotFound, number="C1001", note="1")

    def test_a_note_that_is_not_there_is_not_found(self) -> None:
        error = given(Order, create()).when(revise("x", note="4")).then_refused(NoteNotFound, note="4")
        assert error.pointer == "/note"


class TestTags:
    def test_an_order_carries_exactly_the_tags_wanted(self) -> None:
        order = (
            given(Order, create(), tags("a", "b"))
            .when(tags("b", "c"))
            .then((OrderUntagged, {"tags": ("a",)}), (OrderTagged, {"tags": ("c",)}))
        )
        assert order.tags == ("b", "c")

    def test_the_same_tags_again_record_nothing(self) -> None:
        given(Order, create(), tags("a", "b")).when(tags("b", " a", "b")).then_nothing()

    def test_all_tags_can_be_taken_off(self) -> None:
        assert given(Order, create(), tags("a")).when(tags()).then(OrderUntagged).tags == ()

    @pytest.mark.parametrize(
        ("wanted", "error", "pointer"),
        [
            (("a", ""), TextMissing, "/tags/1"),
            (("t" * 65,), TextTooLong, "/tags/0"),
            (("a\nb",), ForbiddenCharacter, "/tags/0"),
            (tuple(str(number) for number in range(MAX_TAGS + 1)), TooManyTags, "/tags"),
        ],
    )
    def test_tags_have_their_bounds(self, wanted: tuple[str, ...], error: Any, pointer: str) -> None:
        assert given(Order, create()).when(tags(*wanted)).then_refused(error).pointer == pointer


class TestMessages:
    def test_a_message_is_written_down_once(self) -> None:
        given(Order, placed()).when(message()).then((MessageSent, {"message": "M-1", "recipient": "nora@example.com"}))
        given(Order, placed(), message()).when(message()).then_nothing()

    @pytest.mark.parametrize("field", ["message", "template", "recipient"])
    def test_its_words_have_their_bounds(self, field: str) -> None:
        assert given(Order, placed()).when(message(**{field: ""})).then_refused(TextMissing).pointer == f"/{field}"
        given(Order, placed()).when(message(**{field: "x" * 201})).then_refused(TextTooLong)
