"""What runs inside a Python kernel to note what an execution uses.

The texts of these files are sent to the kernel and executed there, in the order of
:data:`..probe_source.PARTS`, in one namespace of their own, so they leave no name in the user's.
They therefore import nothing of this package but each other (those imports are left out when the
text is sent), nothing that a kernel has not loaded anyway, and never draw from ``random``. Hooks
cannot be removed: the probe goes only into kernels that we own. Whatever goes wrong inside it is
noted and never disturbs the run.
"""
