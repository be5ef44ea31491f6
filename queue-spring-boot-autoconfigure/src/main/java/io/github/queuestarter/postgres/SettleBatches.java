package io.github.queuestarter.postgres;

import java.util.ArrayList;
import java.util.List;

/**
 * The deliveries that ordered items belong to.
 *
 * @param deliveries the deliveries
 * @param ends position, from 1, of the last item of each
 */
record SettleBatches(List<Long> deliveries, List<Integer> ends) {

	static SettleBatches of(List<SettleItem> items) {
		SettleBatches batches = new SettleBatches(new ArrayList<>(), new ArrayList<>());
		for (int i = 0; i < items.size(); i++) {
			Long delivery = items.get(i).delivery();
			if (delivery != null) {
				batches.add(delivery, i + 1);
			}
		}
		return batches;
	}

	private void add(Long delivery, int position) {
		int last = this.deliveries.size() - 1;
		if (last >= 0 && this.deliveries.get(last).equals(delivery)) {
			this.ends.set(last, position);
		}
		else {
			this.deliveries.add(delivery);
			this.ends.add(position);
		}
	}

}
