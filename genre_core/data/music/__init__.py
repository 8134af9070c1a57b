"""Generated music: eight genres composed as notes and rendered by General MIDI.

A *recipe* (`recipes/*.toml`) says from what a genre's clips are drawn: for each *trait*, such as tempo, groove or lead
instrument, a range of whole numbers or a list of options, one as likely as another. A *piece* is one draw of every
trait, with a seed for what is left to chance; it determines its clip. `compose` turns it into a score, `render` a score
into sound.

The eight genres stand in a ring (`recipe.RING`), so each has two neighbors. A piece of genre g leans toward one of
them, n, with probability 1/2 each. Each of its traits is then drawn, independently of the others, from n's recipe with
probability difficulty / 2 and from g's otherwise:

    p(piece | g) = Σ_n 1/2 · Π_t [(1 - ε) p_t(value | g) + ε p_t(value | n)],    ε = difficulty / 2

At difficulty 0 genres are pure. At 1 half of each piece is its neighbor's, and nobody can tell which half. What all
genres share (key, register, room, balance, seed) says nothing about the genre.

Artists and albums copy traits: a piece takes each trait from its album, or else from its artist, with the probability
of `artist_sound`, and draws it anew otherwise. All pieces by an artist lean toward the same neighbor, so one piece by
an artist that was never heard follows the law above, with artists or without.
"""
