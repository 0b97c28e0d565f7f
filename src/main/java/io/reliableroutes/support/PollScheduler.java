package io.reliableroutes.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.spi.ScheduledPollConsumerScheduler;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Polls at once while woken, and else less and less often: from {@code minDelay} doubling to {@code maxDelay}.
 * Only the time of a poll depends on it, never whether a message is found.
 */
public class PollScheduler extends ServiceSupport implements ScheduledPollConsumerScheduler {

    private final Semaphore wakeUps = new Semaphore(0);
    private CamelContext camelContext;
    private Consumer consumer;
    private Runnable task;
    private ExecutorService thread;
    private String wokenBy;
    private long minDelay = 20;
    private long maxDelay = 1000;

    /** @param wokenBy what {@link WakeUp} calls: the bean name of a data source, or any other name; not null */
    public void setWokenBy(String wokenBy) {
        this.wokenBy = wokenBy;
    }

    /** @param minDelay first wait after a poll that found nothing, a duration of more than 0, not null */
    public void setMinDelay(String minDelay) {
        this.minDelay = duration(minDelay);
    }

    /** @param maxDelay longest wait between two polls, a duration, at least minDelay, not null */
    public void setMaxDelay(String maxDelay) {
        this.maxDelay = duration(maxDelay);
    }

    private static long duration(String text) {
        Long duration = Settings.duration(text);
        if (duration == null) {
            throw new ConfigurationException("the delay of a poll (" + text + ") is no duration: nobody would know how long. Write for example 1s.");
        }
        return duration;
    }

    /** Lets the next poll of all that are woken by that name start at once; whether there is one. */
    static boolean wake(CamelContext context, String name) {
        List<PollScheduler> woken = schedulers(context).stream().filter(scheduler -> name.equals(scheduler.wokenBy)).toList();
        woken.forEach(PollScheduler::wake);
        return !woken.isEmpty();
    }

    /** Lets the next poll start at once. */
    protected final void wake() {
        if (wakeUps.availablePermits() == 0) {
            wakeUps.release();
        }
    }

    /** What it is woken by, not null. */
    protected final String wokenBy() {
        return wokenBy;
    }

    /**
     * Called when a poll has found nothing and nobody has woken this one meanwhile.
     *
     * @return whether somebody now has to wake it who did not have to before: then it polls once more before it waits
     */
    protected boolean fallAsleep() {
        return false;
    }

    @Override
    public void onInit(Consumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public void scheduleTask(Runnable task) {
        this.task = task;
    }

    @Override
    public void unscheduleTask() {
        task = null;
    }

    @Override
    public void startScheduler() {
        if (thread == null) {
            thread = camelContext.getExecutorServiceManager().newSingleThreadExecutor(this, consumer.getEndpoint().getEndpointUri());
            thread.execute(this::poll);
        }
    }

    @Override
    public boolean isSchedulerStarted() {
        return thread != null;
    }

    private void poll() {
        long delay = minDelay;
        while (isRunAllowed()) {
            try {
                boolean woken = wakeUps.tryAcquire() || fallAsleep() || wakeUps.tryAcquire(delay, TimeUnit.MILLISECONDS);
                delay = woken ? minDelay : Math.min(maxDelay, delay * 2);
            } catch (InterruptedException e) {
                return;
            }
            Runnable current = task;
            if (current != null && isRunAllowed()) {
                current.run();
            }
        }
    }

    @Override
    protected void doStart() {
        schedulers(camelContext).add(this);
    }

    @Override
    protected void doStop() {
        schedulers(camelContext).remove(this);
        if (thread != null) {
            camelContext.getExecutorServiceManager().shutdownNow(thread);
            thread = null;
        }
    }

    private static List<PollScheduler> schedulers(CamelContext context) {
        return PerContext.of(context, Schedulers.class, Schedulers::new);
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    private static final class Schedulers extends CopyOnWriteArrayList<PollScheduler> {
    }
}
