//! This file is the weight of `dist/`: raw, and as a host sends it.

use crate::dist::Site;
use anyhow::{Result, bail};
use std::io::Write;

/// What may weigh how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Budget {
    /// Everything that opening `index.html` loads.
    Page,
    /// The second part of the page, loaded at idle or at the first import.
    Workbench,
    /// The worker's glue and wasm, loaded at idle or at the first import.
    Worker,
}

impl Budget {
    const ALL: [Self; 3] = [Self::Page, Self::Workbench, Self::Worker];

    /// The most it may weigh, compressed with brotli, in bytes.
    pub const fn limit_bytes(self) -> usize {
        match self {
            Self::Page => 250_000,
            Self::Workbench => 600_000,
            Self::Worker => 300_000,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Workbench => "workbench",
            Self::Worker => "worker",
        }
    }
}

/// What everything in `dist/` weighs.
pub struct Weights {
    /// Budget, path, and bytes before and after brotli.
    files: Vec<(Budget, String, usize, usize)>,
}

impl Weights {
    /// Compresses every file that counts towards a budget.
    pub fn of(site: &Site) -> Self {
        let mut files = Vec::new();
        for (&budget, paths) in &site.weighed {
            for path in paths {
                let content = &site.files[path];
                files.push((budget, path.clone(), content.len(), compressed_bytes(content)));
            }
        }
        Self { files }
    }

    /// The table of weights: one line per file, one per budget.
    pub fn table(&self) -> String {
        let mut lines = vec![format!("{:<44} {:>10} {:>10}", "", "raw", "brotli")];
        for budget in Budget::ALL {
            for (_, path, raw, small) in self.files.iter().filter(|(of, ..)| *of == budget) {
                lines.push(format!("  {path:<42} {:>10} {:>10}", kilobytes(*raw), kilobytes(*small)));
            }
            let ((raw, small), limit) = (self.sum(budget), budget.limit_bytes());
            let verdict = if small <= limit { "of" } else { "OVER" };
            let (raw, small, limit) = (kilobytes(raw), kilobytes(small), kilobytes(limit));
            lines.push(format!("{:<44} {raw:>10} {small:>10} {verdict} {limit}", budget.name()));
        }
        lines.join("\n")
    }

    /// Fails when something weighs more than its budget.
    pub fn hold(&self) -> Result<()> {
        for budget in Budget::ALL {
            let ((_, weight), limit) = (self.sum(budget), budget.limit_bytes());
            if weight > limit {
                let (name, weight, limit) = (budget.name(), kilobytes(weight), kilobytes(limit));
                bail!("the {name} weighs {weight} after brotli, {limit} is the most it may");
            }
        }
        Ok(())
    }

    /// Bytes that count towards a budget, before and after brotli.
    fn sum(&self, budget: Budget) -> (usize, usize) {
        let own = self.files.iter().filter(|(of, ..)| *of == budget);
        own.fold((0, 0), |(raw_sum, small_sum), (_, _, raw, small)| (raw_sum + raw, small_sum + small))
    }
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
        let weights = Weights::of(&site);
        assert!(weights.table().contains("OVER 250.0 KB"), "{}", weights.table());
        let refused = weights.hold().expect_err("the budget is exceeded").to_string();
        assert!(refused.ends_with("250.0 KB is the most it may"), "{refused}");
    }
}
