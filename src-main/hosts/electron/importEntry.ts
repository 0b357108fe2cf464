import '../../data/importJob.ts';
