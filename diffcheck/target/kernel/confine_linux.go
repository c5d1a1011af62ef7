package kernel

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// What Landlock takes from a thread it never gives back. So a thread of a
// script that restricts itself is one of the process that makes all calls of
// it, and is gone after the script. All others make only the calls that may
// block: sockets are made by the worker, whose namespace they are in.

// confine starts the threads of the script that restrict themselves.
func (k *Target) confine(s *script.Script) error {
	any := false
	for i := range s.Events {
		if ev := &s.Events[i]; ev.Kind == script.EventCall && ev.Call.Op == spec.OpLandlockRestrict {
			k.confined[ev.Thread], any = true, true
		}
	}
	if !any {
		return nil
	}
	var err error
	if k.net, err = unix.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()), unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		k.net = -1
		return fmt.Errorf("kernel: network namespace of the script: %w", err)
	}
	defer func() {
		unix.Close(k.net)
		k.net = -1
	}()
	for i, held := range k.confined {
		if !held {
			continue
		}
		if i < len(k.threads) && k.threads[i] != nil { // it is in no namespace of the lab
			k.threads[i].stop()
			k.threads[i] = nil
		}
		if _, err := k.thread(i); err != nil {
			return err
		}
	}
	return nil
}

// dismiss ends the threads that restricted themselves.
func (k *Target) dismiss() {
	for i, held := range k.confined {
		if held && i < len(k.threads) && k.threads[i] != nil {
			k.threads[i].stop()
			k.threads[i] = nil
		}
	}
	k.confined = [script.ThreadsMax]bool{}
}
