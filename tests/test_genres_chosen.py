import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.data.genres import counted_anew, counted_as, items_of, merge_notes, merged_as, write_counted
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure
from tests.test_table import load_frame, table

HERE = ("rock", "heavy", "death", "R+B", "a=b")


def same(**change: str) -> dict[str, str]:
    return {genre: change.get(genre, genre) for genre in HERE}


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", same()),
        ("*", same()),
        ("rock,death", {"rock": "rock", "death": "death"}),
        ("*, metal=heavy+death", same(heavy="metal", death="metal")),
        ("rock, metal = heavy + death", {"rock": "rock", "heavy": "metal", "death": "metal"}),
        ("*,hard rock=rock", same(rock="hard rock")),
        ("*,rock=heavy", same(heavy="rock")),
        ("R+B,a=b", {"R+B": "R+B", "a=b": "a=b"}),
        ("*,soul=R+B", same(**{"R+B": "soul"})),
        (r"*,soul=R\+B+a\=b", same(**{"R+B": "soul", "a=b": "soul"})),
    ],
)
def test_genres_are_chosen_renamed_and_merged_by_a_text(text, counted):
    assert counted_as(HERE, text) == counted
    assert counted_as(HERE, write_counted(HERE, counted)) == counted


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rock,deth", "no genre deth in these data: did you mean death?"),
        ("*,metal=heavy+deth", "no genre deth in these data"),
        ("metal=heavy,doom=heavy,rock", "heavy is to count both as metal and as doom: choose one of them."),
        ("metal=heavy+death", "Only the genre metal is chosen"),
    ],
)
def test_a_choice_that_cannot_be_says_why(text, sentence):
    with pytest.raises(DataError) as refused:
        counted_as(HERE, text)
    assert sentence in str(refused.value)


@given(
    st.dictionaries(
        st.text("ab=+\\,*\" '", min_size=1, max_size=6).map(str.strip).filter(bool), st.sampled_from("xy"), min_size=2
    )
)
def test_any_merging_survives_as_text(counted):
    if len(set(counted.values())) < 2 or set(counted) & set(counted.values()):
        return
    assert counted_as(counted, write_counted(counted, counted)) == counted


def test_a_choice_is_changed_by_the_names_that_it_gave():
    text = counted_anew(HERE, "*,metal=heavy+death", {"metal": "loud", "rock": "loud", "R+B": "R+B"})
    assert counted_as(HERE, text) == {"heavy": "loud", "death": "loud", "rock": "loud", "R+B": "R+B"}
    assert merged_as(counted_as(HERE, text)) == {"loud": ("death", "heavy", "rock")}
    assert merge_notes(counted_as(HERE, text)) == ("death, heavy and rock count as loud.",)
    assert items_of(HERE, counted_as(HERE, text))["a=b"] == ("a=b", ())
    assert write_counted(HERE, same()) == ""


def test_merged_genres_are_trained_on_as_one_and_told():
    frame = table(60, label=["heavy", "death", "rock"] * 20)
    data = load_frame(frame, genres="*,metal=heavy+death")
    assert (data.genres, data.counts.tolist()) == (("metal", "rock"), [40, 20])
    assert "death and heavy count as metal." in data.notes
    assert load_frame(frame, genres="heavy,death").genres == ("death", "heavy")
    assert data.content_hash != load_frame(frame).content_hash


def test_the_choice_is_part_of_a_configuration():
    base = {"data.source": "table", "data.table": "ab" * 32}
    merged: ExperimentConfig = configure({**base, "data.genres": "*,metal=heavy+death"})
    assert merged != configure(base)
