package capture

import (
	"time"

	"github.com/connspec/connspec/hwtarget"
)

// NIC captures what another one sends and receives. The Writer stays the
// caller's, who closes it after the NIC.
type NIC struct {
	hwtarget.NIC
	w     *Writer
	clock func() time.Duration
}

// Wrap captures nic's frames with the times that clock gives.
func Wrap(nic hwtarget.NIC, w *Writer, clock func() time.Duration) *NIC {
	return &NIC{NIC: nic, w: w, clock: clock}
}

// Send implements [hwtarget.NIC]. The frames sent are captured before those
// that they are answered with.
func (n *NIC) Send(frames [][]byte) (int, error) {
	now := n.clock()
	sent, err := n.NIC.Send(frames)
	for _, f := range frames[:sent] {
		n.w.Write(Frame{At: now, Direction: Out, Data: f}) // the error is kept for Close
	}
	return sent, err
}

// Recv implements [hwtarget.NIC].
func (n *NIC) Recv(frames [][]byte) (int, error) {
	k, err := n.NIC.Recv(frames)
	if k > 0 {
		now := n.clock()
		for _, f := range frames[:k] {
			n.w.Write(Frame{At: now, Direction: In, Data: f})
		}
	}
	return k, err
}
