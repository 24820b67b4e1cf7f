import { engineContract } from "./support/engine-contract/engine-contract.ts";
import { localSubject } from "./support/local-engine/contract-subject.ts";

engineContract("local", localSubject, { atOnce: 10 });
