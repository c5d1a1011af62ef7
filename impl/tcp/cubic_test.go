package tcp

import (
	"math"
	"testing"
	"time"
)

// TestCubicFollowsItsFunction compares with RFC 9438, equations 1 and 2: C = 0.4, beta =
// 0.7, the window where Reno's is smaller.
func TestCubicFollowsItsFunction(t *testing.T) {
	const rtt, lossAt = 200 * time.Millisecond, 1000
	var q cubic
	cwnd, count := q.reduce(lossAt), uint32(0)
	if cwnd != 700 {
		t.Fatalf("after a loss the window is %d, want 700", cwnd)
	}
	q.delayMin = rtt
	k := math.Cbrt((lossAt - float64(cwnd)) / 0.4)
	for now := time.Second; now < 15*time.Second; now += rtt {
		for range cwnd {
			q.update(now, 4*time.Millisecond, cwnd, 1)
			if count++; count >= q.count {
				cwnd, count = cwnd+1, 0
			}
		}
		// A round trip later the window is what the function says for that time.
		at := (now - time.Second + rtt).Seconds()
		want := 0.4*math.Pow(at-k, 3) + lossAt
		if got := float64(cwnd); math.Abs(got-want) > 0.02*want+2 {
			t.Fatalf("%v after the loss the window is %d, want %.0f", at, cwnd, want)
		}
	}
}

func TestCubicConverges(t *testing.T) {
	var q cubic
	q.reduce(100)
	if got := q.reduce(70); got != 49 || q.max != 59 {
		t.Errorf("a loss at 70 after one at 100 gives the window %d and the maximum %d, want 49 and 59", got, q.max)
	}
}

func TestHystartEndsSlowStartOnDelay(t *testing.T) {
	var h hystart
	now := 10 * time.Millisecond
	h.newRound(0, 0)
	for i := range 20 {
		found := h.seen(now, 60*time.Millisecond, 40*time.Millisecond, 0)
		if want := i >= hystartSamples; found != want {
			t.Fatalf("sample %d of 60 ms after 40 ms ends slow start: %v, want %v", i, found, want)
		}
		now += 3 * time.Millisecond // no train
	}
}

func TestCubeRoot(t *testing.T) {
	for _, a := range []uint64{0, 1, 7, 8, 26, 27, 1 << 40, 1<<60 - 1} {
		if x := uint64(cubeRoot(a)); x*x*x > a || (x+1)*(x+1)*(x+1) <= a {
			t.Errorf("the cube root of %d is %d", a, x)
		}
	}
}
