package explore

import "testing"

// Each of the five sockets has 21 states by itself, and from a state of
// several one of them moves.
func TestHand(t *testing.T) {
	states, moves := map[uint8]int{0: 0}, 0
	list := []uint8{0}
	for i := 0; i < len(list); i++ {
		next := handStep(list[i], nil)
		moves += len(next)
		for _, s := range next {
			if _, met := states[s]; !met {
				states[s] = 0
				list = append(list, s)
			}
		}
	}
	if len(states) != 21 {
		t.Fatalf("a socket of the machine has %d states, want 21", len(states))
	}
	const sockets = 3
	r := Hand(2, sockets)
	if want := int64(21 * 21 * 21); r.Worlds != want || r.Transitions != want/21*int64(moves)*sockets {
		t.Errorf("%d states and %d transitions, want %d and %d", r.Worlds, r.Transitions, want, want/21*int64(moves)*sockets)
	}
}
