package check

import (
	"fmt"
	"strings"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// String says what happens in a transition, in one line.
func (s *Step) String() string {
	st := &s.Scope.stimuli[s.Stimulus.Index]
	switch {
	case st.call.Op != spec.OpNone:
		text := fmt.Sprintf("%s by thread %d", st.name, s.Stimulus.Thread)
		if st.about == aSocket {
			text += fmt.Sprintf(" on socket %d", s.Stimulus.Slot)
		}
		if to := &s.Label.Call.To; to.Len != 0 && st.call.Op != spec.OpAccept {
			text += fmt.Sprintf(" to %v %v:%d", to.Family, to.Addr, to.Port)
		}
		if r, ok := s.Seen.Result(s.Stimulus.Thread); ok && r.Ret == -1 {
			return text + " = " + r.Errno.String()
		} else if ok {
			return text + fmt.Sprintf(" = %d", r.Ret)
		}
		return text + " waits"
	case st.about == aWaiter:
		return fmt.Sprintf("%s for thread %d", st.name, s.Stimulus.Slot)
	case st.frame != nil && st.about == aSlot:
		return fmt.Sprintf("%s for socket %d", st.name, s.Stimulus.Slot)
	}
	return st.name
}

// Show prints a world: what is in use, a line each.
func Show(w *model.World) string {
	var b strings.Builder
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.Kind != model.KindNone {
			fmt.Fprintf(&b, "socket %d: %v %v %+v\n", i, s.State(), s.TCP, *s)
		}
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Wait != model.Running {
			fmt.Fprintf(&b, "thread %d: %+v\n", i, *t)
		}
	}
	fmt.Fprintf(&b, "descriptors %v, seen %d, unseen %d\n", w.FDs, w.Seen, w.Unseen)
	return b.String()
}
