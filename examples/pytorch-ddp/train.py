#!/usr/bin/env python3
"""Data-parallel training in PyTorch that can be stopped at any moment and goes on where it was.

A small network learns what a larger, fixed one answers. Each step's batch follows from seed, step and
rank alone, so that there is no place in a data set to remember. Exit codes: 0 all steps are done, 75
saved and left when asked; anything else is a failure, after which the last checkpoint is still good.
"""

import argparse
import json
import os
import signal
import sys
import time
from datetime import timedelta

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

LEFT = 75  # EX_TEMPFAIL of sysexits.h: try again later.
INPUTS = 8
KEPT = 2  # Checkpoints: the newest, and one in case that is damaged.
PEER_LIMIT = timedelta(seconds=120)

is_asked_to_leave = False


def leave(*_):
    global is_asked_to_leave
    is_asked_to_leave = True


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=64, help="examples of each process and step")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--save-every", type=int, default=200, help="steps")
    parser.add_argument("--tell-every", type=int, default=100, help="steps")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def join_group():
    """Torchrun's variables say who is in it: RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT."""
    os.environ.setdefault("RANK", "0")
    os.environ.setdefault("WORLD_SIZE", "1")
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29500")
    if os.environ["MASTER_ADDR"] == "127.0.0.1":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    has_gpu = torch.cuda.is_available()
    dist.init_process_group("nccl" if has_gpu else "gloo", timeout=PEER_LIMIT)
    if not has_gpu:
        return torch.device("cpu")
    # Each member sees its own devices alone; under torchrun each sees all.
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local_rank % torch.cuda.device_count())
    torch.cuda.set_device(device)
    return device


def network(width, seed):
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Linear(INPUTS, width),
        torch.nn.Tanh(),
        torch.nn.Linear(width, width),
        torch.nn.Tanh(),
        torch.nn.Linear(width, 1),
    )


def examples(count, seed, device):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, INPUTS, generator=generator).to(device)


def checkpoints(folder):
    """Files of finished checkpoints, the newest first."""
    names = sorted((name for name in os.listdir(folder) if name.endswith(".pt")), reverse=True)
    return [os.path.join(folder, name) for name in names]


def load(folder):
    """The newest checkpoint that is whole; None if there is none."""
    for file in checkpoints(folder):
        try:
            return torch.load(file, map_location="cpu")
        except Exception as error:  # Whatever a damaged file makes of the reader.
            print(f"skipped {file}: {error}", file=sys.stderr, flush=True)
    return None


def save(folder, step, state):
    """Whole or not at all: written under another name, brought to the disk, renamed."""
    file = os.path.join(folder, f"step-{step:09d}.pt")
    with open(f"{file}.tmp", "wb") as stream:
        torch.save(state, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.rename(f"{file}.tmp", file)
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    for old in checkpoints(folder)[KEPT:]:
        os.remove(old)


def train(options, device):
    rank, size = dist.get_rank(), dist.get_world_size()
    folder = os.environ.get("NEURAXIS_CHECKPOINT_DIR")
    teacher = network(2 * options.width, options.seed + 1).to(device).requires_grad_(False)
    for parameter in teacher.parameters():
        parameter.mul_(3)  # Steep enough that there is something to learn.
    student = network(options.width, options.seed).to(device)
    optimizer = torch.optim.Adam(student.parameters(), lr=1e-3)

    found = [load(folder) if rank == 0 and folder is not None else None]
    dist.broadcast_object_list(found, src=0, device=device)
    step = 0
    if found[0] is not None:
        step = found[0]["step"]
        student.load_state_dict(found[0]["model"])
        optimizer.load_state_dict(found[0]["optimizer"])
        if rank == 0:
            print(f"goes on from step {step}", file=sys.stderr, flush=True)
    model = DistributedDataParallel(student)
    held_out = examples(1024, options.seed + 2, device)
    start, first = time.monotonic(), step

    def tell():
        with torch.no_grad():
            loss = torch.nn.functional.mse_loss(student(held_out), teacher(held_out)).item()
        rate = (step - first) * options.batch * size / max(time.monotonic() - start, 1e-9)
        line = {"step": step, "heldOutLoss": loss, "examplesPerSecond": round(rate)}
        print(json.dumps(line), flush=True)

    def keep():
        if rank != 0 or folder is None:
            return
        state = {"model": student.state_dict(), "optimizer": optimizer.state_dict()}
        save(folder, step, {"step": step, **state})

    while step < options.steps:
        batch = examples(options.batch, (options.seed * 1_000_003 + step) * 4099 + rank, device)
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(batch), teacher(batch)).backward()
        optimizer.step()
        step += 1
        # One that is asked is enough, and all leave after the same step.
        asked = torch.tensor([int(is_asked_to_leave)], device=device)
        dist.all_reduce(asked, op=dist.ReduceOp.MAX)
        is_last = step == options.steps
        if rank == 0 and (is_last or step % options.tell_every == 0):
            tell()
        if is_last or asked.item() or step % options.save_every == 0:
            keep()
        if asked.item() and not is_last:
            dist.barrier()
            return LEFT
    dist.barrier()
    return 0


def main():
    signal.signal(signal.SIGTERM, leave)
    options = read_options()
    device = join_group()
    code = train(options, device)
    if code == LEFT and dist.get_rank() == 0:
        print("saved, and left when asked", file=sys.stderr, flush=True)
    dist.destroy_process_group()
    return code


if __name__ == "__main__":
    sys.exit(main())
