"""A simulation process: `python -m gsl.worker.envs.metaworld.process CONNECTION MEMORY SHARE`.

It waits for orders and replies to each with nothing, or with the slot that failed and the error. It ends when the
connection is closed, whatever happened to the other process.
"""

import json
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from gsl.worker.envs.metaworld.memory import SharedMemory
from gsl.worker.envs.metaworld.orders import BEGIN, DONE, FORGET, SAVE, STEP, Share, SlotError
from gsl.worker.envs.metaworld.slots import Slots


def main(connection: int, memory: int, share: Share) -> None:
    slots = Slots(share.tasks, SharedMemory(share.num_envs, memory), share.first, share.stop)
    orders = {STEP: slots.step, BEGIN: slots.begin, SAVE: slots.save, FORGET: slots.forget}
    # When the connection ends, there is nothing left to do.
    with Connection(connection) as orderer, suppress(EOFError, ConnectionError):
        while True:
            order = orders[orderer.recv_bytes()]
            answer = DONE
            try:
                order()
            except SlotError as error:
                answer = json.dumps({"slot": error.slot, "message": str(error)}).encode()
            orderer.send_bytes(answer)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Share.restored(json.loads(sys.argv[3])))
