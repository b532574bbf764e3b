/** The simulated phone's disk is the reference store. */
export { emptyDisk, MemoryReplica, MemoryWork } from '../src/db/memory'
export type { Disk, WriteGate } from '../src/db/memory'
