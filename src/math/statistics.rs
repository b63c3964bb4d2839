//! Means, deviations and percentiles, defined to the last bit so that rules decide alike everywhere.

/// The arithmetic mean, summed from left to right; NaN for no values.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The population standard deviation (divided by n); NaN for no values, or when one of them is not finite.
pub fn standard_deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / values.len() as f64).sqrt()
}

/// The middle value, or the mean of the two middle values; NaN entries are dropped first, and nothing left gives NaN.
pub fn median(values: &[f64]) -> f64 {
    let sorted = sorted_without_nan(values);
    let middle = sorted.len() / 2;
    match sorted.get(middle) {
        None => f64::NAN,
        Some(&upper) if sorted.len() % 2 == 1 => upper,
        Some(&upper) => (sorted[middle - 1] + upper) / 2.0,
    }
}

/// The `p`-th percentile, 0 to 100; NaN entries are dropped first, and nothing left gives NaN.
///
/// Interpolates as NumPy's linear method does, to the last bit: an infinity beside the rank gives NaN even where its
/// weight is 0.
pub fn percentile(values: &[f64], p: f64) -> f64 {
    percentile_of_sorted(&sorted_without_nan(values), p)
}

/// The same of values that are ascending and free of NaN already. O(1).
pub fn percentile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    let Some((below, weight)) = percentile_rank(sorted.len(), p) else { return f64::NAN };
    between(sorted[below], sorted[(below + 1).min(sorted.len() - 1)], weight)
}

/// Where the `p`-th percentile of so many values lies: the index of the value below it, and the weight of the next.
///
/// The index is that of a value; `None` without values.
pub fn percentile_rank(count: usize, p: f64) -> Option<(usize, f64)> {
    let last = count.checked_sub(1)?;
    let rank = last as f64 * p / 100.0;
    let below = (rank.max(0.0).floor() as usize).min(last);
    Some((below, rank - below as f64))
}

/// The number between two others by the weight of the second, as NumPy interpolates.
pub fn between(a: f64, b: f64, weight: f64) -> f64 {
    if weight < 0.5 { a + (b - a) * weight } else { b - (b - a) * (1.0 - weight) }
}

fn sorted_without_nan(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;

    #[test]
    fn an_even_count_has_the_mean_of_its_middle_values_as_median() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[NAN, 7.0]), 7.0);
    }

    #[test]
    fn percentiles_interpolate_between_ranks() {
        assert_eq!(percentile(&[4.0, 1.0, 3.0, 2.0], 25.0), 1.75);
        assert_eq!(percentile(&[1.0, 2.0], 50.0), 1.5);
        assert_eq!(percentile(&[1.0, 2.0, 3.0], 100.0), 3.0);
        assert_eq!(percentile(&[1.0, 2.0, 3.0], 0.0), 1.0);
        assert_eq!(percentile(&[NAN, 5.0, NAN], 80.0), 5.0);
    }

    #[test]
    fn an_infinity_beside_the_rank_gives_nan_at_weight_zero() {
        assert!(percentile(&[1.0, 2.0, INF], 50.0).is_nan());
        assert_eq!(percentile(&[1.0, 2.0, 3.0, INF], 25.0), 1.75);
    }

    #[test]
    fn deviations_divide_by_the_count() {
        assert_eq!(standard_deviation(&[1.0, 3.0]), 1.0);
        assert_eq!(standard_deviation(&[2.0]), 0.0);
        assert!(standard_deviation(&[1.0, NAN]).is_nan());
    }

    #[test]
    fn nothing_has_no_statistics() {
        for value in [mean(&[]), median(&[]), percentile(&[], 50.0), standard_deviation(&[]), median(&[NAN])] {
            assert!(value.is_nan());
        }
    }
}
