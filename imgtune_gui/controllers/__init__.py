"""What binds session, workers and views; each controller owns its workers."""
