package mutants;

/** A small, deterministic provocation with a look from outside. The shipped pack keeps its claim each time. */
enum Scenario {

    FILES_START(StartScenarios::filesStart),
    ROW_STAYS_UNTIL_ACKNOWLEDGED(RelayScenarios::rowStaysUntilAcknowledged),
    DELAYED_SEND_WAITS_FOR_NO_RELAY(RelayScenarios::delayedSendWaitsForNoRelay),
    MESSAGES_ARE_PUBLISHED_IN_THE_ORDER_OF_THEIR_TRANSACTIONS(RelayScenarios::messagesArePublishedInTheOrderOfTheirTransactions),
    FOLLOWERS_OF_A_PARKED_MESSAGE_WAIT(RelayScenarios::followersOfAParkedMessageWait),
    NOTHING_IS_SENT_BEHIND_A_REFUSED_MESSAGE(RelayScenarios::nothingIsSentBehindARefusedMessage),
    RELEASED_FOLLOWERS_KEEP_THEIR_PLACE(OutboxRetryScenarios::releasedFollowersKeepTheirPlace),
    MESSAGE_THAT_COMES_WHILE_AN_OUTBOX_RETRY_COMMITS_IS_PUBLISHED(OutboxRetryScenarios::messageThatComesWhileARetryCommitsIsPublished),
    FAILING_MESSAGE_IS_PARKED_AFTER_ITS_ATTEMPTS(InboxScenarios::failingMessageIsParkedAfterItsAttempts),
    DUPLICATE_HAS_NO_EFFECT(InboxScenarios::duplicateHasNoEffect),
    DUPLICATE_OF_A_DEAD_MESSAGE_HAS_NO_EFFECT(InboxScenarios::duplicateOfADeadMessageHasNoEffect),
    DUPLICATE_OF_A_PARKED_MESSAGE_HAS_NO_EFFECT(InboxScenarios::duplicateOfAParkedMessageHasNoEffect),
    ONE_OF_A_BATCH_THAT_FAILS_TAKES_NO_OTHER_WITH_IT(BatchScenarios::oneThatFailsTakesNoOtherWithIt),
    ONE_OF_SEVERAL_RETRIES_THAT_FAILS_TAKES_NO_OTHER_WITH_IT(BatchScenarios::oneOfSeveralRetriesThatFailsTakesNoOtherWithIt),
    NONE_OF_A_BATCH_OVERTAKES_A_PARKED_ONE_OF_ITS_KEY(BatchScenarios::noneOvertakesAParkedOneOfItsKey),
    DUPLICATES_IN_A_BATCH_HAVE_NO_EFFECT(BatchScenarios::duplicatesHaveNoEffect),
    OUTAGE_USES_UP_NO_ATTEMPT(InboxScenarios::outageUsesUpNoAttempt),
    MESSAGES_OF_ANY_IDENTITY_HAVE_ONE_EFFECT(ReceivedScenarios::messagesOfAnyIdentityHaveOneEffect),
    MESSAGE_THAT_IS_REFUSED_EVERYWHERE_STOPS_NOBODY(ReceivedScenarios::messageThatIsRefusedEverywhereStopsNobody),
    BURIAL_THAT_IS_REFUSED_IS_TRIED_LATER(ReceivedScenarios::burialThatIsRefusedIsTriedLater),
    RETRY_HAS_THE_HEADERS_OF_THE_FIRST_DELIVERY(ReceivedScenarios::retryHasTheHeadersOfTheFirstDelivery),
    CONTENTION_USES_UP_NO_ATTEMPT(ReceivedScenarios::contentionUsesUpNoAttempt),
    MESSAGE_THAT_COMES_WHILE_AN_INBOX_RETRY_COMMITS_IS_HANDLED(InboxScenarios::messageThatComesWhileARetryCommitsIsHandled),
    RESTART_HAS_NO_SECOND_EFFECT(PositionScenarios::restartHasNoSecondEffect),
    RESTORED_DATABASE_MISSES_NOTHING(PositionScenarios::restoredDatabaseMissesNothing),
    ABORTED_TRANSACTION_HAS_NO_EFFECT(PositionScenarios::abortedTransactionHasNoEffect),
    GAP_IS_TOLD(PositionScenarios::gapIsTold),
    KEY_GOES_ON_IN_ORDER(InboxRetryScenarios::keyGoesOnInOrder),
    RETRY_HAS_ONE_EFFECT(InboxRetryScenarios::retryHasOneEffect),
    TWO_PROCESSES_SHARE_THE_RETRIES(InboxRetryScenarios::twoProcessesShareTheRetries),
    OUTAGE_USES_UP_NO_RETRY(InboxRetryScenarios::outageUsesUpNoRetry),
    PARKED_MESSAGE_KEEPS_ITS_KEY(InboxRetryScenarios::parkedMessageKeepsItsKey),
    HEADERS_FROM_OUTSIDE_REACH_NO_HANDLER(HandlerScenarios::headersFromOutsideReachNoHandler),
    TRANSFER_IS_REFUNDED_ONCE(HandlerScenarios::transferIsRefundedOnce),
    DEAD_LETTER_IS_REPLAYED_ONCE(HandlerScenarios::deadLetterIsReplayedOnce),
    POISON_JMS_MESSAGE_HARMS_NO_OTHER(JmsScenarios::poisonMessageHarmsNoOther),
    OUTAGE_USES_UP_NO_JMS_ATTEMPT(JmsScenarios::outageUsesUpNoAttempt),
    JMS_LOG_TELLS_WHAT_IS_COMMITTED(JmsScenarios::logTellsWhatIsCommitted),
    LATE_TRANSACTION_IS_REFUSED(HalfScenarios::lateTransactionIsRefused),
    RUNNING_TRANSACTION_IS_ASKED_AGAIN(HalfScenarios::runningTransactionIsAskedAgain),
    COMMITTED_HALF_MESSAGE_IS_PUBLISHED(HalfScenarios::committedMessageIsPublished),
    FIRST_WORD_ON_A_HALF_MESSAGE_COUNTS(HalfScenarios::firstWordCounts),
    UNDECIDED_HALF_MESSAGE_HOLDS_ITS_KEY(HalfScenarios::undecidedMessageHoldsItsKey),
    UNDECIDED_HALF_MESSAGE_IS_A_DEAD_LETTER_AT_THE_END(HalfScenarios::undecidedMessageIsADeadLetterAtTheEnd),
    DONE_STEP_LETS_THE_NEXT_BE_ASKED_FOR(SagaScenarios::doneStepLetsTheNextBeAskedFor),
    STEP_THAT_TIMED_OUT_IS_UNDONE(SagaScenarios::stepThatTimedOutIsUndone),
    LATE_ANSWER_CHANGES_NOTHING(SagaScenarios::lateAnswerChangesNothing),
    ANSWER_THAT_WAITS_FOR_A_TIME_OUT_IS_LATE(SagaScenarios::answerThatWaitsForATimeOutIsLate),
    END_IS_ONE_FACT_WITH_ITS_SAGA(SagaScenarios::endIsOneFactWithItsSaga),
    COMPENSATION_IS_BOOKED_ONCE(SagaScenarios::compensationIsBookedOnce),
    COMMAND_BEHIND_ITS_COMPENSATION_IS_REFUSED(SagaScenarios::commandBehindItsCompensationIsRefused),
    TRY_BEHIND_ITS_CANCELLATION_IS_REFUSED(SagaScenarios::tryBehindItsCancellationIsRefused),
    PAID_ORDER_IS_REFUNDED_ONCE(OrderScenarios::paidOrderIsRefundedOnce),
    POINTS_ARE_ADDED_ONCE(OrderScenarios::pointsAreAddedOnce),
    REFUND_TAKES_THE_POINTS_BACK(OrderScenarios::refundTakesThePointsBack),
    POINTS_BEHIND_A_REFUND_ARE_NOT_ADDED(OrderScenarios::pointsBehindARefundAreNotAdded),
    DEDUCTION_IS_ONE_FACT_WITH_WHAT_IS_TOLD(OrderScenarios::deductionIsOneFactWithWhatIsTold),
    WAREHOUSE_KNOWS_WHAT_IT_IS_TOLD_AGAIN(OrderScenarios::warehouseKnowsWhatItIsToldAgain),
    WAREHOUSE_IS_TOLD_OF_DEDUCTED_GOODS(OrderScenarios::warehouseIsToldOfDeductedGoods),
    WAREHOUSE_IS_NOT_TOLD_OF_A_CANCELLED_ORDER(OrderScenarios::warehouseIsNotToldOfACancelledOrder),
    NO_ROW_STOPS_BENDS_OR_LOSES_ANYTHING(FuzzScenarios::noRowStopsBendsOrLosesAnything),
    NO_RECORD_STOPS_BENDS_OR_LOSES_ANYTHING(FuzzScenarios::noRecordStopsBendsOrLosesAnything);

    private final Provocation provocation;

    Scenario(Provocation provocation) {
        this.provocation = provocation;
    }

    /** @return how the pack has broken its claim, or null */
    String violation(Pack pack) throws Exception {
        return provocation.violation(pack);
    }

    @Override
    public String toString() {
        return name().toLowerCase().replace('_', ' ');
    }

    private interface Provocation {
        String violation(Pack pack) throws Exception;
    }
}
