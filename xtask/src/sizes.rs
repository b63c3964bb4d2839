//! This file is the weight of `dist/`: raw, and as a host sends it.

use crate::dist::Site;
use std::io::Write;

/// What may weigh how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Budget {
    /// Everything that opening `index.html` loads.
    Page,
    /// The worker's glue and wasm, loaded at idle or at the first import.
    Worker,
}

impl Budget {
    /// The most it may weigh, compressed with brotli, in bytes.
    pub const fn limit_bytes(self) -> usize {
        match self {
            Self::Page => 250_000,
            Self::Worker => 300_000,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Worker => "worker",
        }
    }
}

/// The table of weights: one line per file, one per budget.
pub fn report(site: &Site) -> String {
    let mut lines = vec![format!("{:<44} {:>10} {:>10}", "", "raw", "brotli")];
    for (budget, paths) in &site.weighed {
        let (mut raw_sum, mut small_sum) = (0, 0);
        for path in paths {
            let content = &site.files[path];
            let (raw, small) = (content.len(), compressed_bytes(content));
            raw_sum += raw;
            small_sum += small;
            lines.push(format!("  {path:<42} {:>10} {:>10}", kilobytes(raw), kilobytes(small)));
        }
        let limit = budget.limit_bytes();
        let verdict = if small_sum <= limit { "of" } else { "OVER" };
        let (raw_sum, small_sum) = (kilobytes(raw_sum), kilobytes(small_sum));
        lines.push(format!("{:<44} {raw_sum:>10} {small_sum:>10} {verdict} {}", budget.name(), kilobytes(limit)));
    }
    lines.join("\n")
}

/// Bytes after brotli at its best, each file by itself, as a host sends them.
pub fn compressed_bytes(content: &[u8]) -> usize {
    const QUALITY: u32 = 11;
    const WINDOW_BITS: u32 = 22;
    const BUFFER_BYTES: usize = 1 << 16;
    let mut writer = brotli::CompressorWriter::new(Vec::new(), BUFFER_BYTES, QUALITY, WINDOW_BITS);
    writer.write_all(content).expect("memory takes every byte");
    writer.into_inner().len()
}

/// Thousands of bytes: `89.2 KB`.
fn kilobytes(bytes: usize) -> String {
    format!("{:.1} KB", bytes as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses() {
        assert!(compressed_bytes(&[b'a'; 10_000]) < 100);
    }

    #[test]
    fn a_budget_that_is_exceeded_says_so() {
        // Bytes of a multiplicative generator do not compress.
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let mut site = Site::default();
        site.files.insert("page.wasm".to_owned(), noise.take(260_000).collect());
        site.weighed.insert(Budget::Page, vec!["page.wasm".to_owned()]);
        assert!(report(&site).contains("OVER 250.0 KB"), "{}", report(&site));
    }
}
