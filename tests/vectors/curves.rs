//! Curve families, their fits, and the prediction of a final value.

use serde_json::Value;
use training_monitor::math::{FORECAST_FAMILIES, Family, Shape, fit};
use training_monitor::model::Goal;
use training_monitor::stopping::predict_final;

use super::{Check, float, goal};

/// The check of a file of this kind.
pub fn check(rule: &str) -> Option<Check> {
    match rule {
        "curve_values" => Some(curve_values),
        "curve_fit" => Some(curve_fit),
        "predict_final" => Some(check_predict_final),
        _ => None,
    }
}

fn curve_values(case: &Value) -> Result<(), String> {
    let params = &case["params"];
    let family = params["family"].as_str().and_then(Family::from_name).ok_or("unknown family")?;
    let theta: Vec<f64> =
        family.parameters().iter().map(|name| float(&params["theta"][*name])).collect::<Result<_, _>>()?;
    for point in case["points"].as_array().ok_or("no points")? {
        let (x, expected) = (float(&point[0])?, float(&point[1])?);
        let found = family.value(&theta, x);
        if (found - expected).abs() > 1e-9 * expected.abs() {
            return Err(format!("at {x}: expected {expected}, found {found}"));
        }
    }
    Ok(())
}

/// A fit passes when it is hardly worse than the given one and foretells nearly the same.
fn curve_fit(case: &Value) -> Result<(), String> {
    let params = &case["params"];
    let shape = match params["family"].as_str() {
        Some("pow3") => Shape::Power,
        Some("exp3") => Shape::Exponential,
        Some("ilog2") => Shape::InverseLog,
        Some("mmf") => Shape::Mmf,
        Some("janoschek") => Shape::Weibull,
        other => return Err(format!("no fit for {other:?}")),
    };
    let (steps, ys) = series(case)?;
    let xs: Vec<f64> = steps.iter().map(|&step| step as f64).collect();
    let fit = fit(shape, &xs, &ys).ok_or("no fit")?;
    let (rmse, expected) = (fit.mean_square.sqrt(), float(&case["rmse"])?);
    if rmse > expected * 1.02 + 1e-6 {
        return Err(format!("rmse {rmse}, expected {expected}"));
    }
    let (found, expected) = (fit.value(float(&params["target_step"])?), float(&case["prediction"])?);
    if (found - expected).abs() > 0.005 {
        return Err(format!("prediction {found}, expected {expected}"));
    }
    Ok(())
}

fn check_predict_final(case: &Value) -> Result<(), String> {
    let (steps, values) = series(case)?;
    let (params, expected) = (&case["params"], &case["expected"]);
    let target = params["target_step"].as_i64().ok_or("no target")?;
    let best = float(&params["best_elsewhere"]).ok();
    let goal = goal(&case["direction"]).unwrap_or(Goal::Maximize);
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let range = finite().fold(f64::NEG_INFINITY, f64::max) - finite().fold(f64::INFINITY, f64::min);
    let near = |what: &str, expected: &Value, found: f64| {
        let expected = float(expected)?;
        let tolerance = 1e-6 * range.max(1e-9);
        let equal = (found - expected).abs() <= tolerance;
        if equal { Ok(()) } else { Err(format!("{what}: expected {expected}, found {found}")) }
    };
    let Some(prediction) = predict_final(&steps, &values, target, goal, best) else {
        return if expected["prediction"].is_null() { Ok(()) } else { Err("no prediction".into()) };
    };
    near("prediction", &expected["prediction"], prediction.forecast.value)?;
    match (expected["method"].as_str(), prediction.forecast.spread) {
        (Some("last"), None) => {}
        (Some("median4"), Some(spread)) => {
            near("sd", &expected["sd"], spread.deviation)?;
            for ((name, _), found) in FORECAST_FAMILIES.iter().zip(spread.families) {
                near(name, &expected["families"][*name], found)?;
            }
        }
        (method, spread) => return Err(format!("method {method:?}, found {spread:?}")),
    }
    if !expected["p_better"].is_null() {
        // A probability has no range; the normal distribution carries the tolerance of its argument over.
        let (found, wanted) = (prediction.p_better.ok_or("no probability")?, float(&expected["p_better"])?);
        if (found - wanted).abs() > 1e-5 {
            return Err(format!("p_better: expected {wanted}, found {found}"));
        }
    }
    Ok(())
}

fn series(case: &Value) -> Result<(Vec<i64>, Vec<f64>), String> {
    let rows = case["series"].as_array().ok_or("no series")?;
    let values = rows.iter().map(|row| if row[1].is_null() { Ok(f64::NAN) } else { float(&row[1]) });
    let values = values.collect::<Result<_, _>>()?;
    let steps = rows.iter().map(|row| row[0].as_i64().ok_or("no step")).collect::<Result<_, _>>()?;
    Ok((steps, values))
}
