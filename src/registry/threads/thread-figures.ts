/**
 * Combines the metrics of the delivery threads so that no counter ever decreases: a slow thread contributes its last
 * figures, and one that ended its final ones.
 */
import { AggregatorRegistry } from 'prom-client';
import type { MetricsPart, MetricValues, ThreadMetrics } from '../serving/front.ts';

export interface ThreadFigures<Thread> {
  /** Sets the current figures of a thread. */
  said(thread: Thread, figures: ThreadMetrics): void;
  /** Drops the gauges of a thread that ended, and keeps its counters. Resolves when they are added up. */
  ended(thread: Thread): Promise<void>;
  /** The figures of each running thread, and the sum of those that ended. */
  all(part: MetricsPart): readonly MetricValues[];
}

export function threadFigures<Thread>(): ThreadFigures<Thread> {
  const latest = new Map<Thread, ThreadMetrics>();
  /** Final figures that are not added up yet. */
  const ending = new Set<ThreadMetrics>();
  let ended: ThreadMetrics = { process: [], registry: [] };
  let adding: Promise<void> = Promise.resolve();

  async function add(figures: ThreadMetrics): Promise<void> {
    const sum = {
      process: await added(ended.process, figures.process),
      registry: await added(ended.registry, figures.registry),
    };
    ended = sum;
    ending.delete(figures);
  }

  return {
    said: (thread, figures) => void latest.set(thread, figures),
    ended(thread) {
      const last = latest.get(thread);
      latest.delete(thread);
      if (last === undefined) return adding;
      const counted = { process: counters(last.process), registry: counters(last.registry) };
      ending.add(counted);
      adding = adding.then(() => add(counted));
      return adding;
    },
    all: part => [...latest.values(), ...ending, ended].map(figures => figures[part]),
  };
}

/** Adds up two lists, so that the length does not grow with the number of threads that end. */
async function added(one: MetricValues, other: MetricValues): Promise<MetricValues> {
  const sum = AggregatorRegistry.aggregate([one, other] as object[]);
  return await sum.getMetricsAsJSON();
}

function counters(values: MetricValues): MetricValues {
  return values.filter(metric => 'type' in metric && metric.type !== 'gauge');
}
