import { engineContract } from "../../../test/support/engine-contract/engine-contract.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

engineContract("simulated", {
  beatMs: 1000,
  nodesMax: 2,
  open: (workload) => ({ engine: new SimulatedEngine(workload) }),
});
