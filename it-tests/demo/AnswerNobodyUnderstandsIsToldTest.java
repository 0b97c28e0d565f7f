package demo;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A customer who gets an answer that is none ends the demo with it: requests that nobody made would be taken for lost ones. */
class AnswerNobodyUnderstandsIsToldTest {

    @Test
    void answerIsTold() {
        Customers customers = new Customers(request -> {
            if (request.get("transferId").equals("t-2")) {
                throw new IllegalStateException("400 the body is empty");
            }
            return Optional.of("taken");
        });

        assertThatThrownBy(() -> customers.request(List.of(request("t-1", "a-1"), request("t-2", "a-2"), request("t-3", "a-3"))))
                .hasRootCauseMessage("400 the body is empty");
        assertThat(customers.answered()).isEqualTo(2);
    }

    private static Map<String, Object> request(String id, String from) {
        return Map.of("transferId", id, "from", from);
    }
}
