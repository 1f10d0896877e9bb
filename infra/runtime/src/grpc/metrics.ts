// Declares every metric of gRPC; labels are methods and codes.
import { counter, histogram } from '../metrics.js';

export const servedSeconds = histogram({
  name: 'mooring_grpc_server_seconds',
  help: 'Duration of calls answered, streams until their end, by method and outcome.',
  labels: ['method', 'code'],
  buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
});

export const failedCallsTotal = counter({
  name: 'mooring_grpc_client_faults_total',
  help: 'Calls made that failed after their repetitions, by method and fault.',
  labels: ['method', 'code'],
});
