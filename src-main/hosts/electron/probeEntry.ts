import '../../backend/probeJob.ts';
