//! Percentiles over a growing part of values that are all known beforehand, without sorting again.
//!
//! A rule that compares runs asks at every checkpoint for a percentile of the runs that are complete by then. Which runs
//! these are differs with the setting, the values do not: so they are ranked once for all settings, and a setting only
//! marks the ranks that are present. The wanted rank moves little between two questions, so a cursor follows it.

use crate::math::{between, percentile_rank};

/// A value without rank: NaN, or none at all.
const NONE: u32 = u32::MAX;

/// Values at places, ranked within each place. An entry is a value of a run at a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranks {
    /// Per entry: its place, and its rank there.
    entries: Vec<(u32, u32)>,
    /// Per place, ascending and without NaN.
    sorted: Vec<Vec<f64>>,
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
        let value_of = |entry: &u32| values[*entry as usize].1;
        for at_place in &mut by_place {
            at_place.sort_by(|a, b| value_of(a).total_cmp(&value_of(b)));
            for (rank, entry) in (0..).zip(at_place.iter()) {
                entries[*entry as usize].1 = rank;
            }
        }
        Self { entries, sorted: by_place.iter().map(|entries| entries.iter().map(value_of).collect()).collect() }
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
}

/// What is present at one place.
struct Place {
    first_word: u32,
    /// The word the cursor stands at, and how many bits are set before it.
    cursor: u32,
    before: u32,
    /// Entries with a value, and all.
    values: u32,
    all: u32,
    /// The answer to the last question, while nothing was added.
    bar: Option<f64>,
}

impl<'a> Present<'a> {
    /// Nothing is present yet.
    pub fn new(ranks: &'a Ranks) -> Self {
        let mut first_word = 0;
        let place = |sorted: &Vec<f64>| {
            let place = Place { first_word, cursor: 0, before: 0, values: 0, all: 0, bar: None };
            first_word += sorted.len().div_ceil(64) as u32;
            place
        };
        let places = ranks.sorted.iter().map(place).collect();
        Self { ranks, places, words: vec![0; first_word as usize] }
    }

    /// An entry is present from now on; each is added once.
    pub fn add(&mut self, entry: usize) {
        let (place, rank) = self.ranks.entries[entry];
        let place = &mut self.places[place as usize];
        place.all += 1;
        if rank != NONE {
            let word = rank / 64;
            self.words[(place.first_word + word) as usize] |= 1 << (rank % 64);
            place.before += u32::from(word < place.cursor);
            place.values += 1;
            place.bar = None;
        }
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
        if let Some(bar) = self.places[place].bar {
            return bar;
        }
        let count = self.places[place].values as usize;
        let bar = percentile_rank(count, p).map_or(f64::NAN, |(below, weight)| {
            let (a, b) = self.pair(place, below as u32, below + 1 < count);
            between(a, b, weight)
        });
        self.places[place].bar = Some(bar);
        bar
    }

    /// The median of what is present at a place, as `math::median` has it.
    pub fn median(&mut self, place: usize) -> f64 {
        if let Some(bar) = self.places[place].bar {
            return bar;
        }
        let bar = match self.places[place].values {
            0 => f64::NAN,
            count if count % 2 == 1 => self.pair(place, count / 2, false).0,
            count => {
                let (lower, upper) = self.pair(place, count / 2 - 1, true);
                (lower + upper) / 2.0
            }
        };
        self.places[place].bar = Some(bar);
        bar
    }

    /// The `k`-th present value from 0, and where there is a next, that one; else the same again.
    fn pair(&mut self, place: usize, k: u32, has_next: bool) -> (f64, f64) {
        let Place { first_word, cursor, before, .. } = &mut self.places[place];
        let words = &self.words[*first_word as usize..];
        while *before > k {
            *cursor -= 1;
            *before -= words[*cursor as usize].count_ones();
        }
        let mut ones = words[*cursor as usize].count_ones();
        while *before + ones <= k {
            *before += ones;
            *cursor += 1;
            ones = words[*cursor as usize].count_ones();
        }
        // The bits from the wanted one on.
        let mut word = words[*cursor as usize];
        for _ in *before..k {
            word &= word - 1;
        }
        let sorted = &self.ranks.sorted[place];
        let value = sorted[(*cursor * 64 + word.trailing_zeros()) as usize];
        if !has_next {
            return (value, value);
        }
        let mut next = *cursor;
        word &= word - 1;
        while word == 0 {
            next += 1;
            word = words[next as usize];
        }
        (value, sorted[(next * 64 + word.trailing_zeros()) as usize])
    }
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
