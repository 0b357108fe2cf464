import '../../data/ingest/packThread.ts';
