import '../../data/importers/ratingsThread.ts';
