//! Families of learning curves: how a metric may go on with the number of checkpoints.
//!
//! All are written for rising metrics; for a falling one the amplitude is negative. Formulas: Domhan, Springenberg and
//! Hutter, "Speeding up Automatic Hyperparameter Optimization of Deep Neural Networks by Extrapolation of Learning
//! Curves" (2015), in `curvefunctions.py` of pylearningcurvepredictor, and `curves.py` of LC-PFN. Other collections
//! write some of them differently: LCDB's pow4 is `a − b·(x + d)^(−c)`, its ilog2 `b − a/ln x`.

/// A curve family; its parameters stand in the order of `parameters`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Pow2,
    Pow3,
    Pow4,
    Exp3,
    Exp4,
    Ilog2,
    LogPower,
    /// Vapor pressure.
    Vap,
    /// Morgan-Mercer-Flodin.
    Mmf,
    Weibull,
    /// The same curve as Weibull's with `k = κ^δ`.
    Janoschek,
    Hill3,
    LoglogLinear,
}

/// Every family, the name that the literature gives it, and the names of its parameters.
const FAMILIES: [(Family, &str, &[&str]); 13] = [
    (Family::Pow2, "pow2", &["a", "alpha"]),
    (Family::Pow3, "pow3", &["c", "a", "alpha"]),
    (Family::Pow4, "pow4", &["c", "a", "b", "alpha"]),
    (Family::Exp3, "exp3", &["c", "a", "b"]),
    (Family::Exp4, "exp4", &["c", "a", "b", "alpha"]),
    (Family::Ilog2, "ilog2", &["c", "a"]),
    (Family::LogPower, "log_power", &["a", "b", "c"]),
    (Family::Vap, "vap", &["a", "b", "c"]),
    (Family::Mmf, "mmf", &["alpha", "beta", "kappa", "delta"]),
    (Family::Weibull, "weibull", &["alpha", "beta", "kappa", "delta"]),
    (Family::Janoschek, "janoschek", &["a", "beta", "k", "delta"]),
    (Family::Hill3, "hill3", &["theta", "eta", "kappa"]),
    (Family::LoglogLinear, "loglog_linear", &["a", "b"]),
];

impl Family {
    /// Finds a family by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        FAMILIES.iter().find(|(_, known, _)| *known == name).map(|(family, ..)| *family)
    }

    /// The names of its parameters, in their order.
    pub fn parameters(self) -> &'static [&'static str] {
        FAMILIES.iter().find(|(family, ..)| *family == self).map_or(&[], |(.., names)| names)
    }

    /// The curve at `x`, an ordinal from 1; NaN where parameters are missing or the formula has no value.
    pub fn value(self, parameters: &[f64], x: f64) -> f64 {
        match (self, parameters) {
            (Self::Pow2, &[a, alpha]) => a * x.powf(-alpha),
            (Self::Pow3, &[c, a, alpha]) => c - a * x.powf(-alpha),
            (Self::Pow4, &[c, a, b, alpha]) => c - (a * x + b).powf(-alpha),
            (Self::Exp3, &[c, a, b]) => c - (-a * x + b).exp(),
            (Self::Exp4, &[c, a, b, alpha]) => c - (-a * x.powf(alpha) + b).exp(),
            (Self::Ilog2, &[c, a]) => c - a / (x + 1.0).ln(),
            (Self::LogPower, &[a, b, c]) => a / (1.0 + (x / b.exp()).powf(c)),
            (Self::Vap, &[a, b, c]) => (a + b / x + c * x.ln()).exp(),
            (Self::Mmf, &[alpha, beta, kappa, delta]) => alpha - (alpha - beta) / (1.0 + (kappa * x).powf(delta)),
            (Self::Weibull, &[alpha, beta, kappa, delta]) => alpha - (alpha - beta) * (-(kappa * x).powf(delta)).exp(),
            (Self::Janoschek, &[a, beta, k, delta]) => a - (a - beta) * (-k * x.powf(delta)).exp(),
            (Self::Hill3, &[theta, eta, kappa]) => theta * x.powf(eta) / (kappa.powf(eta) + x.powf(eta)),
            (Self::LoglogLinear, &[a, b]) => (a * x.ln() + b).ln(),
            _ => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_its_values() {
        let table: [(&str, &[f64], [f64; 3]); 13] = [
            ("pow2", &[0.1, -0.3], [0.1, 0.199526, 0.398107]),
            ("pow3", &[0.84, 0.52, 0.5], [0.32, 0.675562, 0.788]),
            ("pow4", &[0.8, 1.0, 1.0, 0.5], [0.092893, 0.498489, 0.700496]),
            ("exp3", &[0.7, 0.1, -1.0], [0.367129, 0.564665, 0.699983]),
            ("exp4", &[0.7, 0.8, -0.8, 0.3], [0.498103, 0.608938, 0.681405]),
            ("ilog2", &[0.78, 0.43], [0.159641, 0.600676, 0.686828]),
            ("log_power", &[0.77, 2.98, -0.51], [0.138208, 0.319148, 0.536004]),
            ("vap", &[-0.622028, -0.470050, 0.042322], [0.335519, 0.564631, 0.649321]),
            ("mmf", &[0.7, 0.1, 0.1, 1.0], [0.154545, 0.4, 0.645455]),
            ("weibull", &[0.7, 0.1, 0.1, 1.0], [0.157098, 0.479272, 0.699973]),
            ("janoschek", &[0.73, 0.07, 0.355, 0.46], [0.267226, 0.492917, 0.695551]),
            ("hill3", &[0.772320, 0.586449, 2.460843], [0.286500, 0.536541, 0.693359]),
            ("loglog_linear", &[0.2, 1.5], [0.405465, 0.673208, 0.884195]),
        ];
        for (name, parameters, values) in table {
            let family = Family::from_name(name).expect(name);
            assert_eq!(family.parameters().len(), parameters.len(), "{name}");
            for (x, value) in [1.0, 10.0, 100.0].into_iter().zip(values) {
                assert!((family.value(parameters, x) - value).abs() < 1e-6, "{name} at {x}");
            }
        }
    }

    #[test]
    fn missing_parameters_give_nan() {
        assert!(Family::Pow3.value(&[0.1], 1.0).is_nan());
        assert_eq!(Family::from_name("pow5"), None);
    }
}
