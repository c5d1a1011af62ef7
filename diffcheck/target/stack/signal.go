package stack

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// signal delivers a signal to one thread. The stack has no process that it could
// end, so a signal without a disposition is refused, as on the kernel.
func (t *Target) signal(ev *script.Event) error {
	if ev.Thread < 0 || ev.Thread >= len(t.busy) || t.busy[ev.Thread] == spec.OpNone {
		return nil
	}
	if t.disposed[ev.Signal] == spec.SigDefault {
		return target.Refuse(ev, "%s would end the process", ev.Signal)
	}
	t.host.Signal(t.now, ev.Thread, ev.Signal)
	return nil
}
