package judge

import (
	"os"
	"testing"

	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/kernel"
	"github.com/connspec/connspec/hwtarget/lab"
)

func TestMain(m *testing.M) { os.Exit(lab.Main(m)) }

func openKernel() (target.Target, error) {
	k, err := kernel.Open(kernel.Options{Processor: 0})
	if err != nil {
		return nil, err
	}
	return k, nil
}
