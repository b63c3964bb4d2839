//! The curves of a run as chunks of bytes: raw little-endian columns behind a small JSON header.
//!
//! ```text
//! u32   length of the header in bytes, little-endian
//! …     header: JSON, with the version, the chunk's place, and its pieces in order
//! 0…7   zero bytes up to a multiple of 8
//! …     piece by piece: steps (i64), values (f64), epochs (f64) if any, times (f64) if any
//! ```
//!
//! A curve is cut into pieces of at most `PIECE_POINTS` points, and pieces are packed into chunks of about
//! `CHUNK_BYTES`: a run of ordinary size is one chunk, a long one a few. Numbers are stored as their bits, so NaN (with
//! its payload), infinities, -0.0 and steps beyond 2⁵³ come back as they were.

use serde::{Deserialize, Serialize};

use super::RecordError;
use super::migration::{self, Step};
use crate::model::{Curve, MetricName, Series, StepUnit};

/// A piece of a curve holds at most this many points: two columns of it are 1 MiB.
pub const PIECE_POINTS: usize = 65_536;

/// A chunk is closed before a further piece would make its columns larger than this; a single piece may be larger.
pub const CHUNK_BYTES: usize = 1 << 20;

/// Lifts older headers; none exist yet. A change of the columns themselves needs a reader of its own.
const STEPS: &[Step] = &[];

/// What stands in front of the columns of a chunk.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    /// Place of this chunk among those of its run, from 0.
    chunk: usize,
    /// How many chunks the run has: one that is lost is noticed.
    chunks: usize,
    pieces: Vec<Piece>,
}

#[derive(Serialize)]
struct Versioned<'a> {
    version: u32,
    #[serde(flatten)]
    header: &'a Header,
}

/// A part of one curve.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Piece {
    name: MetricName,
    unit: StepUnit,
    points: usize,
    /// It goes on where the piece before it ended, which may be the last one of the chunk before.
    continues: bool,
    epochs: bool,
    times: bool,
}

impl Piece {
    /// Size of its columns in bytes, unless that is more than can be counted.
    fn size_bytes(&self) -> Option<usize> {
        let columns = 2 + usize::from(self.epochs) + usize::from(self.times);
        self.points.checked_mul(8 * columns)
    }
}

/// Writes the curves of a run, in name order, as one or more chunks; no curves, no chunks.
pub fn write_curves(curves: &[Curve]) -> Result<Vec<Vec<u8>>, RecordError> {
    let mut ordered: Vec<&Curve> = curves.iter().collect();
    ordered.sort_by(|a, b| a.name.cmp(&b.name));

    let mut chunks: Vec<Vec<(Piece, &Series, usize)>> = Vec::new();
    let mut room = 0;
    for curve in ordered {
        for (piece, from) in pieces(curve) {
            let size = piece.size_bytes().unwrap_or(usize::MAX);
            match chunks.last_mut() {
                Some(chunk) if size <= room => chunk.push((piece, &curve.series, from)),
                _ => {
                    chunks.push(vec![(piece, &curve.series, from)]);
                    room = CHUNK_BYTES;
                }
            }
            room = room.saturating_sub(size);
        }
    }

    let count = chunks.len();
    chunks.into_iter().enumerate().map(|(at, chunk)| write_chunk(at, count, chunk)).collect()
}

/// Cuts a curve into pieces with the place of their first point; an empty curve is one empty piece.
fn pieces(curve: &Curve) -> impl Iterator<Item = (Piece, usize)> + '_ {
    let series = &curve.series;
    (0..series.len().max(1)).step_by(PIECE_POINTS).map(|from| {
        let piece = Piece {
            name: curve.name.clone(),
            unit: curve.unit,
            points: PIECE_POINTS.min(series.len() - from),
            continues: from > 0,
            epochs: !series.epochs().is_empty(),
            times: !series.times().is_empty(),
        };
        (piece, from)
    })
}

fn write_chunk(chunk: usize, chunks: usize, parts: Vec<(Piece, &Series, usize)>) -> Result<Vec<u8>, RecordError> {
    let header = Header { chunk, chunks, pieces: parts.iter().map(|(piece, ..)| piece.clone()).collect() };
    let unwritable = |reason: String| RecordError::Unwritable { reason };
    let json = serde_json::to_vec(&Versioned { version: migration::version(STEPS), header: &header })
        .map_err(|e| unwritable(e.to_string()))?;
    let json_bytes = u32::try_from(json.len()).map_err(|e| unwritable(e.to_string()))?;

    let columns: usize = header.pieces.iter().filter_map(Piece::size_bytes).sum();
    let mut bytes = Vec::with_capacity(4 + json.len() + 8 + columns);
    bytes.extend_from_slice(&json_bytes.to_le_bytes());
    bytes.extend_from_slice(&json);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    for (piece, series, from) in parts {
        let range = from..from + piece.points;
        bytes.extend(series.steps()[range.clone()].iter().flat_map(|step| step.to_le_bytes()));
        for column in [series.values(), series.epochs(), series.times()] {
            bytes.extend(column.get(range.clone()).unwrap_or_default().iter().flat_map(|value| value.to_le_bytes()));
        }
    }
    Ok(bytes)
}

/// Reads the curves of a run from all its chunks in order, in name order.
pub fn read_curves<Chunk: AsRef<[u8]>>(chunks: &[Chunk]) -> Result<Vec<Curve>, RecordError> {
    let mut building: Vec<Building> = Vec::new();
    for (at, chunk) in chunks.iter().enumerate() {
        let (header, mut columns) = read_header(chunk.as_ref())?;
        if header.chunk != at || header.chunks != chunks.len() {
            let Header { chunk, chunks: of, .. } = header;
            let found = format!("expected chunk {at} of {}, found chunk {chunk} of {of}", chunks.len());
            return Err(RecordError::damaged(found));
        }
        for piece in header.pieces {
            let column_bytes = piece.size_bytes().filter(|&size| size <= columns.len());
            let Some(column_bytes) = column_bytes else {
                return Err(RecordError::damaged(format!("the columns of {:?} are cut off", piece.name.as_str())));
            };
            let (own, rest) = columns.split_at(column_bytes);
            columns = rest;
            add_piece(&mut building, piece, own)?;
        }
        if !columns.is_empty() {
            return Err(RecordError::damaged(format!("{} bytes behind the last column", columns.len())));
        }
    }
    building.into_iter().map(Building::finish).collect()
}

/// Splits a chunk into its header and the bytes of its columns.
fn read_header(chunk: &[u8]) -> Result<(Header, &[u8]), RecordError> {
    let cut_off = || RecordError::damaged("the header is cut off");
    let (length, rest) = chunk.split_first_chunk::<4>().ok_or_else(cut_off)?;
    let json_bytes = u32::from_le_bytes(*length) as usize;
    let json = rest.get(..json_bytes).ok_or_else(cut_off)?;
    let header = migration::read(json, STEPS)?;
    let columns = chunk.get((4 + json_bytes).next_multiple_of(8)..).ok_or_else(cut_off)?;
    Ok((header, columns))
}

/// A curve whose pieces are still coming in.
struct Building {
    like: Piece,
    steps: Vec<i64>,
    values: Vec<f64>,
    epochs: Vec<f64>,
    times: Vec<f64>,
}

impl Building {
    fn finish(self) -> Result<Curve, RecordError> {
        let Self { like, steps, values, epochs, times } = self;
        let series = Series::from_columns(steps, values, epochs, times).map_err(RecordError::damaged)?;
        Ok(Curve { name: like.name, unit: like.unit, series })
    }
}

/// Appends a piece, whose columns are exactly `bytes`, to its curve.
fn add_piece(building: &mut Vec<Building>, piece: Piece, bytes: &[u8]) -> Result<(), RecordError> {
    if !piece.continues {
        let like = piece.clone();
        building.push(Building { like, steps: vec![], values: vec![], epochs: vec![], times: vec![] });
    }
    let same = |like: &Piece| (&like.name, like.epochs, like.times) == (&piece.name, piece.epochs, piece.times);
    let Some(curve) = building.last_mut().filter(|curve| same(&curve.like)) else {
        return Err(RecordError::damaged(format!("the beginning of {:?} is lost", piece.name.as_str())));
    };
    let (words, _) = bytes.as_chunks::<8>();
    let mut columns = words.chunks(piece.points.max(1));
    curve.steps.extend(columns.next().unwrap_or_default().iter().map(|&word| i64::from_le_bytes(word)));
    let present = [true, piece.epochs, piece.times];
    for (column, present) in [&mut curve.values, &mut curve.epochs, &mut curve.times].into_iter().zip(present) {
        if present {
            column.extend(columns.next().unwrap_or_default().iter().map(|&word| f64::from_le_bytes(word)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION_1: &[u8] = include_bytes!("../../tests/fixtures/record/curves_v1.bin");

    fn curve(name: &str, steps: Vec<i64>, values: Vec<f64>, epochs: Vec<f64>, times: Vec<f64>) -> Curve {
        let series = Series::from_columns(steps, values, epochs, times).expect("columns have equal length");
        Curve { name: MetricName::new(name), unit: StepUnit::Epoch, series }
    }

    fn fixture_curves() -> Vec<Curve> {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324];
        vec![
            curve("empty", vec![], vec![], vec![], vec![]),
            curve("loss", vec![i64::MIN, -1, 0, (1 << 53) + 1, i64::MAX], odd.to_vec(), vec![], vec![]),
            curve("训练/精度", vec![1, 2], vec![0.1, 0.2], vec![0.5, f64::NAN], vec![1.7e9, f64::NAN]),
        ]
    }

    fn long(points: usize) -> Curve {
        let steps: Vec<i64> = (0..points as i64).map(|at| at * 3 - 7).collect();
        let values = steps.iter().map(|&step| (step as f64).sin()).collect();
        curve("long", steps, values, vec![], vec![])
    }

    /// Bits instead of numbers, so that NaN equals NaN.
    fn bits(curves: &[Curve]) -> Vec<(String, Vec<i64>, Vec<Vec<u64>>)> {
        let column = |column: &[f64]| column.iter().map(|value| value.to_bits()).collect();
        let of = |curve: &Curve| {
            let series = &curve.series;
            let floats = [series.values(), series.epochs(), series.times()].map(column);
            (format!("{} {:?}", curve.name, curve.unit), series.steps().to_vec(), floats.to_vec())
        };
        curves.iter().map(of).collect()
    }

    #[test]
    fn version_1_stays_readable() {
        let read = read_curves(&[VERSION_1]).expect("the fixture is a chunk of version 1");
        assert_eq!(bits(&read), bits(&fixture_curves()));
    }

    #[test]
    fn what_is_written_today_is_the_fixture() {
        let chunks = write_curves(&fixture_curves()).expect("headers are plain");
        assert_eq!(chunks, [VERSION_1]);
    }

    #[test]
    fn nan_keeps_its_payload() {
        let odd = f64::from_bits(0x7ff8_0000_dead_beef);
        let written = write_curves(&[curve("x", vec![1], vec![odd], vec![], vec![])]).expect("headers are plain");
        let read = read_curves(&written).expect("it was written by us");
        assert_eq!(read[0].series.values()[0].to_bits(), odd.to_bits());
    }

    #[test]
    fn long_series_come_back_from_several_chunks() {
        let curves = [long(300_000), curve("short", vec![1], vec![2.0], vec![], vec![])];
        let chunks = write_curves(&curves).expect("headers are plain");
        assert_eq!(chunks.len(), 5);
        assert!(chunks.iter().all(|chunk| chunk.len() < CHUNK_BYTES + 1024));
        assert_eq!(read_curves(&chunks).map(|read| bits(&read)), Ok(bits(&curves)));
    }

    #[test]
    fn points_at_the_edge_of_a_piece_come_back() {
        for points in [PIECE_POINTS - 1, PIECE_POINTS, PIECE_POINTS + 1, 2 * PIECE_POINTS] {
            let chunks = write_curves(&[long(points)]).expect("headers are plain");
            assert_eq!(read_curves(&chunks).map(|read| bits(&read)), Ok(bits(&[long(points)])));
        }
    }

    #[test]
    fn many_small_curves_share_one_chunk() {
        let curves: Vec<Curve> =
            (0..200).map(|at| curve(&format!("m{at:03}"), vec![1; 200], vec![0.5; 200], vec![], vec![])).collect();
        assert_eq!(write_curves(&curves).expect("headers are plain").len(), 1);
    }

    #[test]
    fn no_curves_are_no_chunks() {
        assert_eq!(write_curves(&[]), Ok(vec![]));
        assert_eq!(read_curves::<Vec<u8>>(&[]), Ok(vec![]));
    }

    #[test]
    fn curves_of_one_name_stay_apart() {
        let twins = [1.0, 2.0].map(|value| curve("loss", vec![1], vec![value], vec![], vec![]));
        let chunks = write_curves(&twins).expect("headers are plain");
        assert_eq!(read_curves(&chunks), Ok(twins.to_vec()));
    }

    #[test]
    fn a_chunk_cut_anywhere_is_damaged() {
        for length in 0..VERSION_1.len() {
            assert!(matches!(read_curves(&[&VERSION_1[..length]]), Err(RecordError::Damaged { .. })), "{length}");
        }
    }

    #[test]
    fn a_changed_byte_never_panics() {
        let mut chunk = VERSION_1.to_vec();
        for at in 0..chunk.len() {
            for change in [0x01, 0x80, 0xff] {
                chunk[at] ^= change;
                let _ = read_curves(&[&chunk]);
                chunk[at] ^= change;
            }
        }
    }

    #[test]
    fn a_lost_chunk_is_noticed() {
        let chunks = write_curves(&[long(200_000)]).expect("headers are plain");
        for lost in 0..chunks.len() {
            let mut left = chunks.clone();
            left.remove(lost);
            assert!(matches!(read_curves(&left), Err(RecordError::Damaged { .. })));
        }
    }

    #[test]
    fn impossible_sizes_are_damaged() {
        let header = br#"{"version":1,"chunk":0,"chunks":1,"pieces":[{"name":"x","unit":"step","points":4611686018427387904,"continues":false,"epochs":true,"times":true}]}"#;
        let mut chunk = (header.len() as u32).to_le_bytes().to_vec();
        chunk.extend_from_slice(header);
        chunk.resize(chunk.len().next_multiple_of(8), 0);
        assert!(matches!(read_curves(&[chunk]), Err(RecordError::Damaged { .. })));
    }

    #[test]
    fn a_newer_chunk_is_an_error_of_its_own() {
        let header = br#"{"version":2,"layout":"other"}"#;
        let mut chunk = (header.len() as u32).to_le_bytes().to_vec();
        chunk.extend_from_slice(header);
        assert_eq!(read_curves(&[chunk]), Err(RecordError::Newer { found: 2, known: 1 }));
    }
}
