// Numbers the durables whose batches are remembered, so that each stores a batch once for itself.

export const seenBy = { readings: 1, log: 2 } as const;
