import '../../backend/generateJob.ts';
