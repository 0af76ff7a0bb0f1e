/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work shared by threads that live within one call, with progress and cancel. */
#include <base/thread.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

enum { most_threads = 256 };

/* What the threads of one call share; `lock` guards all but the atomics. */
typedef struct work {
  tg_thread_task task;
  void *context;
  size_t count;
  atomic_size_t next; /* first task not handed out */
  atomic_int stop;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  size_t done, running; /* tasks that succeeded; threads not finished */
  size_t failed;        /* lowest failing task so far, count when none */
  trygg_status status;
  trygg_error error;
} work;

static int processors(void) {
#ifdef __linux__
  /* What this process may use, which in a container is less than what there is. */
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0)
    return CPU_COUNT(&allowed);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : online > most_threads ? most_threads : (int)online;
}

int tg_thread_count(int wanted, size_t tasks) {
  int threads = wanted > 0 ? wanted : processors();
  if (threads > most_threads)
    threads = most_threads;
  if ((size_t)threads > tasks)
    threads = (int)tasks;
  return threads < 1 ? 1 : threads;
}

trygg_status tg_thread_progress(const trygg_progress *progress, const char *stage, uint64_t done,
                                uint64_t total, trygg_error *error) {
  if (!progress || !progress->report || progress->report(progress->user, stage, done, total) == 0)
    return TRYGG_OK;
  return tg_error_set(error, TRYGG_ECANCELLED, "Stopped on request while at `%s`.", stage);
}

/* All tasks on this thread. */
static trygg_status run_here(size_t count, tg_thread_task task, void *context, const trygg_progress *progress,
                             const char *stage, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(tg_thread_progress(progress, stage, 0, count, error));
  for (size_t i = 0; i < count; i++) {
    TRY(task(context, i, error));
    TRY(tg_thread_progress(progress, stage, i + 1, count, error));
  }
cleanup:
  return status;
}

static void record(work *shared, size_t index, trygg_status status, const trygg_error *error) {
  pthread_mutex_lock(&shared->lock);
  if (status == TRYGG_OK)
    shared->done++;
  else if (index < shared->failed) {
    /* Every lower task was handed out before this one and still ends, so the
     * lowest failure is found whichever ends first. */
    shared->failed = index;
    shared->status = status;
    shared->error = *error;
  }
  pthread_cond_signal(&shared->changed);
  pthread_mutex_unlock(&shared->lock);
}

static void *run_tasks(void *argument) {
  work *shared = argument;
  while (!atomic_load(&shared->stop)) {
    trygg_error error = {0};
    size_t index = atomic_fetch_add(&shared->next, 1);
    if (index >= shared->count)
      break;
    trygg_status status = shared->task(shared->context, index, &error);
    if (status != TRYGG_OK)
      atomic_store(&shared->stop, 1);
    record(shared, index, status, &error);
  }
  pthread_mutex_lock(&shared->lock);
  shared->running--;
  pthread_cond_signal(&shared->changed);
  pthread_mutex_unlock(&shared->lock);
  return NULL;
}

/* Report now and then until all threads are through; unlocked around each report. */
static trygg_status watch(work *shared, const trygg_progress *progress, const char *stage,
                          trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t reported = 0;
  pthread_mutex_lock(&shared->lock);
  while (shared->running > 0) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 100000000;
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
    int timed_out = pthread_cond_timedwait(&shared->changed, &shared->lock, &until) != 0;
    if (!progress || status != TRYGG_OK || (shared->done == reported && !timed_out))
      continue;
    reported = shared->done;
    pthread_mutex_unlock(&shared->lock);
    status = tg_thread_progress(progress, stage, reported, shared->count, error);
    if (status != TRYGG_OK)
      atomic_store(&shared->stop, 1);
    pthread_mutex_lock(&shared->lock);
  }
  size_t done = shared->done;
  pthread_mutex_unlock(&shared->lock);
  if (status == TRYGG_OK && done == shared->count && done != reported)
    status = tg_thread_progress(progress, stage, done, shared->count, error);
  return status;
}

/* Start up to `threads` threads with all signals blocked, so that the host's
 * handlers run on its own threads; returns how many there are. */
static int start(work *shared, pthread_t *handles, int threads) {
  sigset_t all, before;
  int started = 0;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
    return 0;
  /* Held so that `running` is right before the first thread ends. */
  pthread_mutex_lock(&shared->lock);
  while (started < threads && pthread_create(&handles[started], NULL, run_tasks, shared) == 0)
    started++;
  shared->running = (size_t)started;
  pthread_mutex_unlock(&shared->lock);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

/* A lock, and a condition on the clock that nobody sets. */
static int prepare(work *shared) {
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

trygg_status tg_thread_run(int threads, size_t count, tg_thread_task task, void *context,
                           const trygg_progress *progress, const char *stage, trygg_error *error) {
  work shared = {.task = task, .context = context, .count = count, .failed = count, .status = TRYGG_OK};
  pthread_t handles[most_threads];
  threads = tg_thread_count(threads, count);
  if (threads == 1 || !prepare(&shared))
    return run_here(count, task, context, progress, stage, error);
  trygg_status status = tg_thread_progress(progress, stage, 0, count, error);
  int started = status == TRYGG_OK ? start(&shared, handles, threads) : 0;
  if (started > 0)
    status = watch(&shared, progress, stage, error);
  for (int i = 0; i < started; i++)
    pthread_join(handles[i], NULL);
  if (shared.status != TRYGG_OK) {
    status = shared.status;
    if (error)
      *error = shared.error;
  }
  pthread_cond_destroy(&shared.changed);
  pthread_mutex_destroy(&shared.lock);
  /* A host at its limit of threads still gets its result. */
  if (status == TRYGG_OK && started == 0)
    return run_here(count, task, context, progress, stage, error);
  return status;
}
