/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading, working and taking by whoever is free, so that the slowest step is never waited for alone. */
#include <base/pipeline.h>

#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { most_threads = 64, most_slots = 256 };

/* Pieces are numbered; piece i is in slot i % slots.  `lock` guards all. */
typedef struct line {
  const tg_pipeline *pipeline;
  size_t slots;
  size_t read, begun, taken; /* pieces read, whose work has begun, taken */
  unsigned char done[most_slots];
  int reading, ended, stop;
  pthread_mutex_t lock;
  pthread_cond_t changed;
} line;

/* Read or work, if there is anything of it to do; called and returns with the lock held. */
static int step(line *shared) {
  const tg_pipeline *pipeline = shared->pipeline;
  if (!shared->ended && !shared->reading && shared->read - shared->taken < shared->slots) {
    size_t slot = shared->read % shared->slots;
    shared->reading = 1;
    pthread_mutex_unlock(&shared->lock);
    int more = pipeline->read(pipeline->context, slot);
    pthread_mutex_lock(&shared->lock);
    shared->reading = 0;
    shared->ended = !more;
    shared->read++;
  } else if (shared->begun < shared->read) {
    size_t slot = shared->begun++ % shared->slots;
    pthread_mutex_unlock(&shared->lock);
    pipeline->work(pipeline->context, slot);
    pthread_mutex_lock(&shared->lock);
    shared->done[slot] = 1;
  } else
    return 0;
  pthread_cond_broadcast(&shared->changed);
  return 1;
}

static void *help(void *argument) {
  line *shared = argument;
  pthread_mutex_lock(&shared->lock);
  while (!shared->stop && !(shared->ended && shared->begun == shared->read))
    if (!step(shared))
      pthread_cond_wait(&shared->changed, &shared->lock);
  pthread_mutex_unlock(&shared->lock);
  return NULL;
}

static void wait_a_little(line *shared) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += 100000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  pthread_cond_timedwait(&shared->changed, &shared->lock, &until);
}

/* The calling thread: take what is done, else help, else wait. */
static trygg_status lead(line *shared, trygg_error *error) {
  const tg_pipeline *pipeline = shared->pipeline;
  trygg_status status = TRYGG_OK;
  pthread_mutex_lock(&shared->lock);
  while (!shared->stop && !(shared->ended && shared->taken == shared->read)) {
    size_t slot = shared->taken % shared->slots;
    int take = shared->taken < shared->begun && shared->done[slot], stop = 0;
    if (!take && !step(shared))
      wait_a_little(shared);
    pthread_mutex_unlock(&shared->lock);
    if (take)
      status = pipeline->take(pipeline->context, slot, &stop, error);
    if (status == TRYGG_OK && !stop && pipeline->pause)
      status = pipeline->pause(pipeline->context, error);
    pthread_mutex_lock(&shared->lock);
    if (take) {
      shared->done[slot] = 0;
      shared->taken++;
    }
    shared->stop |= stop || status != TRYGG_OK;
    pthread_cond_broadcast(&shared->changed);
  }
  pthread_mutex_unlock(&shared->lock);
  return status;
}

/* Everything on this thread. */
static trygg_status run_here(line *shared, trygg_error *error) {
  const tg_pipeline *pipeline = shared->pipeline;
  trygg_status status = TRYGG_OK;
  int more = 1, stop = 0;
  while (more && !stop && status == TRYGG_OK) {
    size_t slot = shared->read % shared->slots;
    more = pipeline->read(pipeline->context, slot);
    shared->read++;
    pipeline->work(pipeline->context, slot);
    status = pipeline->take(pipeline->context, slot, &stop, error);
    shared->taken++;
    if (status == TRYGG_OK && pipeline->pause)
      status = pipeline->pause(pipeline->context, error);
  }
  return status;
}

/* Threads with all signals blocked, so that the host's handlers run on its own threads. */
static int start(line *shared, pthread_t *handles, int count) {
  sigset_t all, before;
  int started = 0;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
    return 0;
  while (started < count && pthread_create(&handles[started], NULL, help, shared) == 0)
    started++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

static int prepare(line *shared) {
  pthread_condattr_t attributes;
  if (pthread_mutex_init(&shared->lock, NULL) != 0)
    return 0;
  int ready = 0;
  if (pthread_condattr_init(&attributes) == 0) {
    ready = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
            pthread_cond_init(&shared->changed, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
  }
  if (!ready)
    pthread_mutex_destroy(&shared->lock);
  return ready;
}

trygg_status tg_pipeline_run(const tg_pipeline *pipeline, int threads, size_t slots, size_t *read, size_t *taken,
                             trygg_error *error) {
  line shared = {.pipeline = pipeline, .slots = slots < most_slots ? slots : most_slots};
  pthread_t handles[most_threads];
  trygg_status status;
  if (threads <= 1 || slots <= 1 || !prepare(&shared))
    status = run_here(&shared, error);
  else {
    /* A host at its limit has fewer threads to give, or none. */
    int started = start(&shared, handles, threads - 1 < most_threads ? threads - 1 : most_threads);
    status = lead(&shared, error);
    for (int i = 0; i < started; i++)
      pthread_join(handles[i], NULL);
    pthread_cond_destroy(&shared.changed);
    pthread_mutex_destroy(&shared.lock);
  }
  if (read)
    *read = shared.read;
  if (taken)
    *taken = shared.taken;
  return status;
}
