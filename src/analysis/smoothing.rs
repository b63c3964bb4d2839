//! Smoothing of a curve for the eye. Rules and best values always see raw values.

/// The exponential moving average with the weight of the past in 0 to 1, corrected for its start.
///
/// As TensorBoard draws it (`vz_line_chart2/line-chart.ts`): `last = last·w + (1 − w)·y`, divided by `1 − wⁿ`, where n
/// counts finite values. Non-finite values stay as they are and do not enter the average; a constant stays constant.
pub fn smooth(values: &[f64], weight: f64) -> Vec<f64> {
    let weight = weight.clamp(0.0, 0.999);
    let (mut last, mut count) = (0.0, 0);
    values
        .iter()
        .map(|&value| {
            if !value.is_finite() {
                return value;
            }
            last = last * weight + (1.0 - weight) * value;
            count += 1;
            last / (1.0 - weight.powi(count))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_is_kept() {
        assert_eq!(smooth(&[3.0, 1.0], 0.5)[0], 3.0);
    }

    #[test]
    fn weights_follow_the_corrected_average() {
        let smoothed = smooth(&[1.0, 0.0, 0.0], 0.5);
        // (0.5·1)/(0.5) = 1, (0.25)/(0.75) = 1/3, (0.125)/(0.875) = 1/7
        for (have, want) in smoothed.iter().zip([1.0, 1.0 / 3.0, 1.0 / 7.0]) {
            assert!((have - want).abs() < 1e-12, "{have} is not {want}");
        }
    }

    #[test]
    fn non_finite_values_are_passed_over() {
        let smoothed = smooth(&[2.0, f64::NAN, 2.0], 0.9);
        assert!(smoothed[1].is_nan());
        assert!((smoothed[2] - 2.0).abs() < 1e-12);
    }
}
