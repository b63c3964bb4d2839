//! Which column or key of a log is the coordinate of its points, and what it counts.

use crate::model::StepUnit;

/// Names of coordinates, most wanted first: those of the generic rule for JSON lines, then those of known trainers.
const NAMES: [(&str, StepUnit); 28] = [
    ("step", StepUnit::Step),
    ("global_step", StepUnit::Step),
    ("iteration", StepUnit::Iteration),
    ("iter", StepUnit::Iteration),
    ("_step", StepUnit::Step),
    ("current_steps", StepUnit::Step),
    ("num_updates", StepUnit::Step),
    ("total_timesteps", StepUnit::Timestep),
    ("trainer/global_step", StepUnit::Step),
    ("train_step", StepUnit::Step),
    ("steps", StepUnit::Step),
    ("training_step", StepUnit::Step),
    ("step_num", StepUnit::Step),
    ("update", StepUnit::Step),
    ("iterations", StepUnit::Iteration),
    ("iter_num", StepUnit::Iteration),
    ("it", StepUnit::Iteration),
    ("training_iteration", StepUnit::Iteration),
    ("round", StepUnit::Iteration),
    ("time/total_timesteps", StepUnit::Timestep),
    ("misc/total_timesteps", StepUnit::Timestep),
    ("timesteps_total", StepUnit::Timestep),
    ("timestep", StepUnit::Timestep),
    ("timesteps", StepUnit::Timestep),
    ("totalenvinteracts", StepUnit::Timestep),
    ("epoch", StepUnit::Epoch),
    ("epochs", StepUnit::Epoch),
    ("epoch_num", StepUnit::Epoch),
];

/// How wanted a name is as coordinate, 0 the most, and what it counts; `None` for every other name. Case is ignored.
pub(super) fn rank(name: &str) -> Option<(usize, StepUnit)> {
    let name = name.trim();
    NAMES.iter().position(|(known, _)| name.eq_ignore_ascii_case(known)).map(|at| (at, NAMES[at].1))
}

/// Whether the name is that of an epoch.
pub(super) fn is_epoch(name: &str) -> bool {
    rank(name).is_some_and(|(_, unit)| unit == StepUnit::Epoch)
}

/// Whether the name is that of a wall-clock time.
pub(super) fn is_time(name: &str) -> bool {
    ["timestamp", "_timestamp", "wall_time", "wall time", "walltime", "time_ms"]
        .iter()
        .any(|known| name.trim().eq_ignore_ascii_case(known))
}

/// The step that a coordinate stands for: the whole number at or below it. `None` for NaN, infinities and numbers that
/// no counter reaches.
#[inline]
pub(super) fn step(value: f64) -> Option<i64> {
    (value.abs() < 9.2e18).then_some(value.floor() as i64)
}

/// Seconds since the Unix epoch from seconds, milli-, micro- or nanoseconds, told apart by their size.
pub(super) fn seconds(time: f64) -> f64 {
    match time.abs() {
        // Each unit covers 1973 to 5138 of the next finer one, so that they cannot be confused.
        ..1e11 => time,
        1e11..1e14 => time / 1e3,
        1e14..1e17 => time / 1e6,
        _ => time / 1e9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_wanted_more_than_an_epoch() {
        assert!(rank("step") < rank("epoch"));
        assert!(rank("Iteration") < rank("EPOCH"));
        assert_eq!(rank("loss"), None);
    }

    #[test]
    fn only_finite_numbers_are_steps() {
        assert_eq!(step(12.0), Some(12));
        assert_eq!(step(0.5), Some(0));
        assert_eq!(step(-0.5), Some(-1));
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300].map(step), [None; 4]);
    }

    #[test]
    fn times_of_any_unit_are_seconds() {
        for time in [1.7e9, 1.7e12, 1.7e15, 1.7e18] {
            assert_eq!(seconds(time), 1.7e9);
        }
    }
}
