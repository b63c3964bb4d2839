//! The settings that no other setting beats: more saved for the same loss, or less lost for the same saving.

/// Indices of the points that nothing dominates, by rising saved share, then index.
///
/// A point is `(saved share, absolute loss)`; `a` dominates `b` when it saves at least as much and loses at most as
/// much, and one of the two strictly. Equal points are all on the front; a point with a missing or non-finite
/// coordinate never is. O(n log n).
pub fn pareto_front(points: &[(f64, Option<f64>)]) -> Vec<usize> {
    let mut drawn: Vec<(f64, f64, usize)> = (points.iter().enumerate())
        .filter_map(|(index, &(saved, lost))| Some((saved, lost?, index)))
        .filter(|(saved, lost, _)| saved.is_finite() && lost.is_finite())
        // -0 and 0 are one number.
        .map(|(saved, lost, index)| (saved + 0.0, lost + 0.0, index))
        .collect();
    // Most saved first; among those the least lost.
    drawn.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let mut front = Vec::new();
    let mut newest: Option<(f64, f64)> = None;
    for (saved, lost, index) in drawn {
        // Every point before this one saves at least as much: it must lose less than all, or be one with the newest.
        if newest.is_none_or(|(_, least)| lost < least) {
            newest = Some((saved, lost));
        } else if newest != Some((saved, lost)) {
            continue;
        }
        front.push((saved, index));
    }
    front.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    front.into_iter().map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_points_are_all_on_the_front() {
        let points = [(0.0, 0.0), (0.2, 0.0), (0.35, 0.01), (0.35, 0.02), (0.5, 0.01), (0.6, f64::NAN), (0.5, 0.01)];
        let mut points = points.map(|(saved, lost)| (saved, Some(lost)));
        assert_eq!(pareto_front(&points), [1, 4, 6]);
        points[5].1 = None;
        assert_eq!(pareto_front(&points), [1, 4, 6]);
    }

    #[test]
    fn nothing_has_no_front() {
        assert!(pareto_front(&[]).is_empty());
        assert!(pareto_front(&[(f64::INFINITY, Some(0.0)), (0.1, None)]).is_empty());
    }

    #[test]
    fn the_front_is_what_pairwise_comparison_finds() {
        let points: Vec<(f64, Option<f64>)> =
            (0..200_u32).map(|at| (f64::from(at * 7919 % 13), Some(f64::from(at * 104_729 % 11)))).collect();
        let dominated = |of: &(f64, Option<f64>)| {
            points.iter().any(|by| by.0 >= of.0 && by.1 <= of.1 && (by.0 > of.0 || by.1 < of.1))
        };
        let mut slow: Vec<usize> = (0..points.len()).filter(|&at| !dominated(&points[at])).collect();
        slow.sort_by(|&a, &b| points[a].0.total_cmp(&points[b].0).then(a.cmp(&b)));
        assert_eq!(pareto_front(&points), slow);
    }
}
