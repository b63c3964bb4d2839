//! SigOpt's convergence criterion.
