//! Percentiles over a growing part of values that are all known beforehand, without sorting again.
//!
//! A rule that compares runs asks at every checkpoint for a percentile of the runs that are complete by then. Which runs
//! these are differs with the setting, the values do not: so they are ranked once for all settings, and a setting only
//! marks the ranks that are present. A new value moves the wanted rank by one at most, so a cursor follows it.

use crate::math::{between, percentile_rank};

/// A value without rank: NaN.
const NONE: u32 = u32::MAX;

/// Values at places, ranked within each place. An entry is a value of a run at a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranks {
    /// Per entry: its place, and its rank there.
    entries: Vec<(u32, u32)>,
    /// Place after place, ascending and without NaN.
    sorted: Vec<f64>,
    /// Where each place begins in `sorted`, and at last where it ends.
    starts: Vec<u32>,
}

impl Ranks {
    /// Takes place and value of each entry; an entry of NaN is present without a value.
    pub fn new(places: usize, values: &[(u32, f64)]) -> Self {
        let mut by_place: Vec<Vec<u32>> = vec![Vec::new(); places];
        for (entry, (place, value)) in (0..).zip(values) {
            if !value.is_nan() {
                by_place[*place as usize].push(entry);
            }
        }
        let mut entries: Vec<(u32, u32)> = values.iter().map(|(place, _)| (*place, NONE)).collect();
        let (mut sorted, mut starts) = (Vec::with_capacity(values.len()), vec![0]);
        let value_of = |entry: &u32| values[*entry as usize].1;
        for at_place in &mut by_place {
            at_place.sort_by(|a, b| value_of(a).total_cmp(&value_of(b)));
            for (rank, entry) in (0..).zip(at_place.iter()) {
                entries[*entry as usize].1 = rank;
                sorted.push(value_of(entry));
            }
            starts.push(sorted.len() as u32);
        }
        Self { entries, sorted, starts }
    }

    /// The place of an entry.
    pub fn place(&self, entry: usize) -> usize {
        self.entries[entry].0 as usize
    }
}

/// The entries that are present under one setting.
pub(super) struct Present<'a> {
    ranks: &'a Ranks,
    places: Vec<Place>,
    /// Bits of the ranks that are present, place after place.
    words: Vec<u64>,
    /// The newest answer of `percentile_rank` with its question: places mostly have equally many values.
    rank: (u32, usize, f64),
}

/// What is present at one place.
#[derive(Clone, Copy)]
struct Place {
    first_word: u32,
    first_value: u32,
    /// A present rank, and how many present ones are before it.
    cursor: u32,
    before: u32,
    /// Entries with a value, and all.
    values: u32,
    all: u32,
    /// The answer to the last question; NaN when it must be asked again.
    bar: f64,
}

impl<'a> Present<'a> {
    /// Nothing is present yet.
    pub fn new(ranks: &'a Ranks) -> Self {
        let mut first_word = 0;
        let place = |ends: &[u32]| {
            let place =
                Place { first_word, first_value: ends[0], cursor: 0, before: 0, values: 0, all: 0, bar: f64::NAN };
            first_word += (ends[1] - ends[0]).div_ceil(64);
            place
        };
        let places = ranks.starts.windows(2).map(place).collect();
        Self { ranks, places, words: vec![0; first_word as usize], rank: (0, 0, 0.0) }
    }

    /// An entry is present from now on; each is added once.
    pub fn add(&mut self, entry: usize) {
        let (place, rank) = self.ranks.entries[entry];
        let place = &mut self.places[place as usize];
        place.all += 1;
        if rank == NONE {
            return;
        }
        self.words[(place.first_word + rank / 64) as usize] |= 1 << (rank % 64);
        if place.values == 0 {
            place.cursor = rank;
        }
        place.before += u32::from(rank < place.cursor);
        place.values += 1;
        place.bar = f64::NAN;
    }

    /// How many entries are present at a place, those of NaN included.
    pub fn count(&self, place: usize) -> u64 {
        u64::from(self.places[place].all)
    }

    /// How many of them have a value.
    pub fn values(&self, place: usize) -> u64 {
        u64::from(self.places[place].values)
    }

    /// The percentile of what is present at a place, as `math::percentile` has it. Always of one and the same `p`.
    pub fn percentile(&mut self, place: usize, p: f64) -> f64 {
        let Place { bar, values, .. } = self.places[place];
        if !bar.is_nan() || values == 0 {
            return bar;
        }
        if self.rank.0 != values
            && let Some((below, weight)) = percentile_rank(values as usize, p)
        {
            self.rank = (values, below, weight);
        }
        let (_, below, weight) = self.rank;
        let (a, b) = self.pair(place, below as u32);
        self.places[place].bar = between(a, b, weight);
        self.places[place].bar
    }

    /// The median of what is present at a place, as `math::median` has it.
    pub fn median(&mut self, place: usize) -> f64 {
        let Place { bar, values, .. } = self.places[place];
        if !bar.is_nan() || values == 0 {
            return bar;
        }
        let (lower, upper) = self.pair(place, (values - 1) / 2);
        self.places[place].bar = if values % 2 == 1 { lower } else { (lower + upper) / 2.0 };
        self.places[place].bar
    }

    /// The `k`-th present value from 0, and where there is a next, that one; else the same again.
    fn pair(&mut self, place: usize, k: u32) -> (f64, f64) {
        let of = &mut self.places[place];
        let words = &self.words[of.first_word as usize..];
        while of.before > k {
            of.cursor = rank_before(words, of.cursor);
            of.before -= 1;
        }
        while of.before < k {
            of.cursor = rank_after(words, of.cursor);
            of.before += 1;
        }
        let next = if k + 1 < of.values { rank_after(words, of.cursor) } else { of.cursor };
        let sorted = &self.ranks.sorted[of.first_value as usize..];
        (sorted[of.cursor as usize], sorted[next as usize])
    }
}

/// The next rank that is present; there is one.
fn rank_after(words: &[u64], rank: u32) -> u32 {
    let mut at = rank / 64;
    let mut word = words[at as usize] & (!1 << (rank % 64));
    while word == 0 {
        at += 1;
        word = words[at as usize];
    }
    at * 64 + word.trailing_zeros()
}

/// The rank before that is present; there is one.
fn rank_before(words: &[u64], rank: u32) -> u32 {
    let mut at = rank / 64;
    let mut word = words[at as usize] & !(u64::MAX << (rank % 64));
    while word == 0 {
        at -= 1;
        word = words[at as usize];
    }
    at * 64 + 63 - word.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{median, percentile};

    /// Values that look random, with ties and NaN among them.
    fn values(count: u32) -> Vec<(u32, f64)> {
        let value = |at: u32| if at % 17 == 3 { f64::NAN } else { f64::from(at.wrapping_mul(2_654_435_761) >> 20) };
        (0..count).map(|at| (at % 2, value(at))).collect()
    }

    #[test]
    fn percentiles_of_what_is_present_are_those_of_plain_values() {
        let values = values(700);
        let ranks = Ranks::new(2, &values);
        for p in [0.0, 10.0, 50.0, 90.0, 100.0] {
            let (mut present, mut medians) = (Present::new(&ranks), Present::new(&ranks));
            let mut plain: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
            for entry in (0..values.len()).map(|at| at * 311 % values.len()) {
                present.add(entry);
                medians.add(entry);
                let (place, value) = (ranks.place(entry), values[entry].1);
                plain[place].push(value);
                assert_eq!(present.count(place), plain[place].len() as u64);
                let expected = (percentile(&plain[place], p), median(&plain[place]));
                let found = (present.percentile(place, p), medians.median(place));
                assert_eq!(found.0.to_bits(), expected.0.to_bits());
                assert_eq!(found.1.to_bits(), expected.1.to_bits());
            }
        }
    }

    #[test]
    fn nothing_present_has_no_percentile() {
        let ranks = Ranks::new(3, &[(0, 1.0), (1, f64::NAN)]);
        let mut present = Present::new(&ranks);
        present.add(1);
        assert!((0..3).all(|place| present.percentile(place, 50.0).is_nan()));
        assert_eq!((present.count(1), present.values(1)), (1, 0));
    }
}
