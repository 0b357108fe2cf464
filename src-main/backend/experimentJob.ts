import '../experiment/job.ts';

/**
 * Process entry under Node: the experiment job, which here ends in order (checkpoint, status `stopped`) when the program that
 * started it is gone: nobody would be left to see it or to stop it.
 */
process.on('disconnect', () => process.emit('SIGTERM'));
