import '../../experiment/job.ts';
