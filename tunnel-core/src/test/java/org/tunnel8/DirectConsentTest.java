package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.DirectConsent.Scope;

class DirectConsentTest {
    private static final DirectConsent HOUR = DirectConsent.userAcceptsIpExposure(Duration.ofHours(1));

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT24H0.001S", "P36500D"})
    void lastsForSomeTimeAndNoMoreThanADay(String duration) {
        assertThatThrownBy(() -> DirectConsent.userAcceptsIpExposure(Duration.parse(duration)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("24 hours");
        assertThat(DirectConsent.userAcceptsIpExposure(Duration.ofHours(24)).duration())
                .isEqualTo(DirectConsent.MAX_DURATION);
    }

    @Test
    void isForAllUnlessItIsNarrowed() {
        assertThat(HOUR.scopes()).containsExactlyInAnyOrder(Scope.values());
        assertThat(HOUR.covers(Scope.STREAMS, null)).isTrue();
        assertThat(HOUR.covers(Scope.STREAMS, "anything")).isTrue();
    }

    @Test
    void isNarrowedAndNeverWidened() {
        DirectConsent narrow = HOUR.only(Scope.DATAGRAMS, Scope.STREAMS).onlyIsolationKey("secret");
        assertThat(narrow.covers(Scope.DATAGRAMS, "secret")).isTrue();
        assertThat(narrow.covers(Scope.EXCHANGES, "secret")).isFalse();
        assertThat(narrow.covers(Scope.DATAGRAMS, null)).isFalse();
        assertThat(narrow.covers(Scope.DATAGRAMS, "other")).isFalse();
        assertThat(narrow.only(Scope.DATAGRAMS, Scope.EXCHANGES).scopes()).containsExactly(Scope.DATAGRAMS);
        assertThatThrownBy(() -> narrow.only(Scope.EXCHANGES)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> narrow.onlyIsolationKey("other")).isInstanceOf(IllegalArgumentException.class);
        assertThat(HOUR.scopes()).hasSize(3);
    }

    @Test
    void cannotBeKeptAndShowsNoKey() {
        assertThat(HOUR).isNotInstanceOf(Serializable.class);
        assertThat(HOUR.onlyIsolationKey("secret").toString())
                .doesNotContain("secret")
                .contains("one isolation key", "PT1H");
    }
}
