//! Files that repeat a run which another file in the same folder holds in full: one of them is kept.
//!
//! Ray Tune writes every result to `result.json`, and a part of it to `progress.csv` and to an event file.

/// The format of the file that is kept, the file name or format that repeats it, and why it is passed over.
const TWINS: [(&str, &str, &str); 2] = [
    ("ray_tune", "progress.csv", "the result.json beside it holds the same values and more"),
    ("ray_tune", "tensorboard", "the result.json beside it holds the same values"),
];

/// Why a file is passed over, if a file in its folder that was read as `kept` repeats it.
pub(super) fn repeated(kept: &str, name: &str, format: &str) -> Option<&'static str> {
    TWINS.iter().find(|(of, twin, _)| *of == kept && (*twin == name || *twin == format)).map(|(.., reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_beside_a_full_record_is_passed_over() {
        assert!(repeated("ray_tune", "progress.csv", "delimited").is_some());
        assert!(repeated("ray_tune", "events.out.tfevents.1", "tensorboard").is_some());
        assert!(repeated("ray_tune", "result.json", "ray_tune").is_none());
        assert!(repeated("jsonl", "progress.csv", "delimited").is_none());
    }
}
