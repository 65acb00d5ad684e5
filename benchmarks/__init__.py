"""Speed, memory and training of the advisor beside a stock `rasa init` bot, in one run."""
