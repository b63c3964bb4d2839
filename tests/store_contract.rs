//! The contract of repositories, run against the one in memory.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/store_contract.rs"]
#[macro_use]
mod store_contract;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use store_contract::Bench;
use training_monitor::model::{ExperimentId, RunId};
use training_monitor::store::Memory;

struct MemoryBench(Memory);

impl Bench for MemoryBench {
    type Store = Memory;

    fn store(&self) -> &Memory {
        &self.0
    }

    async fn plant_experiment(&self, id: &str, record: &str) {
        self.0.plant_experiment(&ExperimentId::new(id), record);
    }

    async fn plant_run(&self, experiment: &str, id: &str, record: &str, chunks: &[&[u8]]) {
        let chunks = chunks.iter().map(|chunk| chunk.to_vec()).collect();
        self.0.plant_run(&ExperimentId::new(experiment), &RunId::new(id), record, chunks);
    }

    async fn chunk_count(&self) -> usize {
        self.0.chunk_count()
    }
}

/// Runs a future that never waits.
fn finish<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("memory never makes anyone wait"),
    }
}

macro_rules! native_tests {
    ($($claim:ident)*) => {$(
        #[test]
        fn $claim() {
            finish(store_contract::$claim(&MemoryBench(Memory::new())));
        }
    )*};
}

for_every_claim!(native_tests);
