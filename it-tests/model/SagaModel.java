package model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What sagas and their participants are to the world: which commands may follow each other, and what is in force in the end. */
final class SagaModel {

    /** A command as it was published. */
    record Command(String saga, int step, String action) {
    }

    /** An answer on its way. */
    record Answer(String saga, int step, String action, String answer) {
    }

    /** A saga, with what is published of it and not handled, and what its participants remember of each step. */
    static final class Saga {
        final String id;
        final int steps;
        /** null: each step can be undone */
        final Integer pivot;
        /** What a step is asked for first, and how that is taken back. */
        final String forth;
        final String back;
        final Deque<Command> commands = new ArrayDeque<>();
        final Map<Integer, String> memory = new HashMap<>();
        final Map<Integer, Integer> effects = new HashMap<>();
        private Command last;

        Saga(String id, int steps, Integer pivot, String model) {
            this.id = id;
            this.steps = steps;
            this.pivot = pivot;
            forth = model.equals("TCC") ? "TRY" : "DO";
            back = model.equals("TCC") ? "CANCEL" : "UNDO";
        }

        String model() {
            return forth.equals("TRY") ? "TCC" : "SAGA";
        }

        boolean retries(int step) {
            return pivot != null && step > pivot;
        }

        /** A command is published: it must be one that may follow the last one. */
        void published(Command command) {
            boolean doing = command.action().equals(forth);
            boolean confirming = command.action().equals("CONFIRM");
            Violation.require(doing || command.action().equals(back) || confirming && forth.equals("TRY"), command + " is none of a " + model());
            boolean follows;
            if (last == null) {
                follows = doing && command.step() == 1;
            } else if (last.action().equals(back)) {
                follows = command.action().equals(back) && command.step() == last.step() - 1;
            } else if (last.action().equals("CONFIRM")) {
                follows = confirming && command.step() == last.step() + 1;
            } else if (confirming) {
                follows = command.step() == 1 && last.step() == steps;
            } else if (doing) {
                follows = command.step() == last.step() + 1 || command.step() == last.step() && retries(command.step());
            } else {
                follows = (command.step() == last.step() || command.step() == last.step() - 1) && (pivot == null || command.step() < pivot);
            }
            Violation.require(follows, command + " is published behind " + last);
            last = command;
            commands.add(command);
        }

        /** What a participant does with a command: it remembers each step. */
        Answer handle(Command command, boolean refuses) {
            int step = command.step();
            String before = memory.get(step);
            if (command.action().equals("CONFIRM")) {
                Violation.require("DONE".equals(before) || "CONFIRMED".equals(before), command + " comes to a step that is " + before);
                memory.put(step, "CONFIRMED");
                return new Answer(id, step, "CONFIRM", "CONFIRMED");
            }
            if (command.action().equals(back)) {
                Violation.require(!"CONFIRMED".equals(before), command + " comes to a step that is confirmed");
                if ("DONE".equals(before)) {
                    effects.merge(step, -1, Integer::sum);
                }
                memory.put(step, "REFUSED".equals(before) ? "REFUSED" : "UNDONE");
                return new Answer(id, step, back, "UNDONE");
            }
            if (before == null || before.equals("REFUSED") && retries(step)) {
                memory.put(step, refuses ? "REFUSED" : "DONE");
                effects.merge(step, refuses ? 0 : 1, Integer::sum);
            }
            return new Answer(id, step, forth, List.of("DONE", "CONFIRMED").contains(memory.get(step)) ? "DONE" : "REFUSED");
        }

        /** It has ended so: nothing of it is in force, or all of it. */
        void ended(String state, Map<Integer, String> rows) {
            boolean completed = state.equals("COMPLETED");
            String done = forth.equals("TRY") ? "CONFIRMED" : "DONE";
            Violation.require(completed || state.equals("COMPENSATED"), id + " is " + state + ", and nothing moves any more");
            for (int step = 1; step <= steps; step++) {
                Violation.require(effects.getOrDefault(step, 0) == (completed ? 1 : 0), id + " is " + state + ", and the effect of step " + step + " is in force "
                        + effects.getOrDefault(step, 0) + " times");
                Violation.require(!completed || memory.get(step).equals(done), id + " is COMPLETED, and step " + step + " is " + memory.get(step));
                Violation.require(completed ? done.equals(rows.get(step)) : List.of("REFUSED", "UNDONE", "").contains(rows.getOrDefault(step, "")),
                        id + " is " + state + ", and its step " + step + " is " + rows.get(step));
            }
        }
    }

    final Map<String, Saga> sagas = new TreeMap<>();
    final List<Answer> answers = new ArrayList<>();
    final List<Answer> delivered = new ArrayList<>();
    final List<Command> dead = new ArrayList<>();

    /** Sagas with a command that nobody has handled. */
    List<Saga> asked() {
        return sagas.values().stream().filter(saga -> !saga.commands.isEmpty()).toList();
    }

    /** A participant handles the next command of a saga, or gives it up. */
    void handle(Saga saga, boolean refuses, boolean fails) {
        Command command = saga.commands.poll();
        if (fails) {
            dead.add(command);
        } else {
            answers.add(saga.handle(command, refuses));
        }
    }

    /** A dead letter is replayed, whatever has happened meanwhile. */
    void replay(int which) {
        if (!dead.isEmpty()) {
            Command command = dead.remove(which % dead.size());
            answers.add(sagas.get(command.saga()).handle(command, false));
        }
    }
}
