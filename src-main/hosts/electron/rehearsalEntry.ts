import '../../backend/rehearsalJob.ts';
